// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {InboxItems} from "../src/libraries/InboxItems.sol";
import {
    ChangeMembers,
    CreateConversation,
    Fund,
    Message,
    Reclaim,
    Signature,
    Withdraw
} from "../src/types/Operations.sol";
import {Deposit, Prices} from "../src/types/State.sol";
import {Deployed} from "./support/Deployed.sol";
import {Vm} from "./support/Vm.sol";

/// @dev The roots that the TypeScript types give, item by item, from `test/vectors/inbox-items.json`.
contract InboxVectorsTest is Deployed {
    string private _json;

    function setUp() public override {
        super.setUp();
        _json = vm.readFile("../test/vectors/inbox-items.json");
    }

    function test_items_rootsEqualTypes() public {
        uint256 items;
        for (; vm.keyExistsJson(_json, _at("items", items, "")); ++items) {
            _queue(items);
            (bytes32 root,,,) = inbox.itemAt(uint64(items));
            assertEq(root, vm.parseJsonBytes32(_json, _at("items", items, ".root")), _name(items));
        }
        assertEq(inbox.count(), items, "items queued");
        assertTrue(items >= 28, "the file holds every kind");
    }

    function test_items_eventsCarryWholeItem() public {
        for (uint256 i; vm.keyExistsJson(_json, _at("items", i, "")); ++i) {
            vm.warp(block.timestamp + 7);
            vm.recordLogs();
            bytes memory call = _queue(i);
            Vm.Log[] memory logs = vm.getRecordedLogs();
            assertEq(logs.length, 1, "one event an item");
            assertEq(logs[0].emitter, address(inbox), "emitter");
            assertEq(uint256(logs[0].topics[1]), i, "index");
            (bytes32 topic, bytes memory data) = _expected(i, call);
            assertEq(logs[0].topics[0], topic, "event's kind");
            assertEq(logs[0].data, data, _name(i));
        }
    }

    function test_prices_rootsEqualTypes() public view {
        uint256 rows;
        for (; vm.keyExistsJson(_json, _at("prices", rows, "")); ++rows) {
            Prices memory prices = Prices(
                mwei(vm.parseJsonUint(_json, _at("prices", rows, ".item.value.coreByte"))),
                mwei(vm.parseJsonUint(_json, _at("prices", rows, ".item.value.witnessByte"))),
                mwei(vm.parseJsonUint(_json, _at("prices", rows, ".item.value.settlement"))),
                mwei(vm.parseJsonUint(_json, _at("prices", rows, ".item.value.stateByte")))
            );
            assertEq(InboxItems.prices(prices), vm.parseJsonBytes32(_json, _at("prices", rows, ".root")), "prices");
        }
        assertEq(rows, 3, "rows of prices");
    }

    function test_genesis_emptyRunsRootEqualsTypes() public view {
        assertEq(rollup.genesisHeader().runsRoot, vm.parseJsonBytes32(_json, ".emptyRunsRoot"), "empty runs");
    }

    function _queue(uint256 i) private returns (bytes memory call) {
        address sender = address(bytes20(vm.parseJsonBytes(_json, _at("items", i, ".sender"))));
        call = vm.parseJsonBytes(_json, _at("items", i, ".call"));
        uint256 value = vm.parseJsonUint(_json, _at("items", i, ".value"));
        vm.deal(sender, value);
        vm.prank(sender);
        (bool queued, bytes memory reason) = address(inbox).call{value: value}(call);
        assertTrue(queued, string.concat(_name(i), " refused: ", string(reason)));
    }

    function _expected(uint256 i, bytes memory call) private view returns (bytes32 topic, bytes memory data) {
        (bytes32 root, uint64 time,, bytes32 inboxHash) = inbox.itemAt(uint64(i));
        address sender = address(bytes20(vm.parseJsonBytes(_json, _at("items", i, ".sender"))));
        bytes4 selector = bytes4(call);
        bytes memory args = _tail(call);
        assertEq(time, block.timestamp, "time of the item");
        if (selector == IInbox.deposit.selector) {
            return (IInbox.DepositQueued.selector, abi.encode(time, root, inboxHash, _deposit(i, args)));
        }
        if (selector == IInbox.forceMessage.selector) {
            (uint8 shard, Message memory message, Signature memory signature) =
                abi.decode(args, (uint8, Message, Signature));
            return (IInbox.MessageQueued.selector, abi.encode(time, root, inboxHash, shard, message, signature));
        }
        return _expectedOperation(selector, args, abi.encode(time, root, inboxHash, sender));
    }

    function _deposit(uint256 i, bytes memory args) private view returns (Deposit memory item) {
        (item.shard, item.owner) = abi.decode(args, (uint8, address));
        (, item.account) = inbox.accountOf(item.shard, item.owner);
        item.amount = mwei(vm.parseJsonUint(_json, _at("items", i, ".value")) / 10 ** 6);
    }

    /// @dev `place` holds what the events of all forced operations begin with, four words.
    function _expectedOperation(bytes4 selector, bytes memory args, bytes memory place)
        private
        pure
        returns (bytes32, bytes memory)
    {
        (uint64 time, bytes32 root, bytes32 hash, address sender) =
            abi.decode(place, (uint64, bytes32, bytes32, address));
        if (selector == IInbox.forceCreateConversation.selector) {
            (CreateConversation memory o, Signature[] memory s) = abi.decode(args, (CreateConversation, Signature[]));
            return (IInbox.CreateConversationQueued.selector, abi.encode(time, root, hash, sender, o, s));
        }
        if (selector == IInbox.forceChangeMembers.selector) {
            (ChangeMembers memory o, Signature[] memory s) = abi.decode(args, (ChangeMembers, Signature[]));
            return (IInbox.ChangeMembersQueued.selector, abi.encode(time, root, hash, sender, o, s));
        }
        if (selector == IInbox.forceFund.selector) {
            (Fund memory o, Signature[] memory s) = abi.decode(args, (Fund, Signature[]));
            return (IInbox.FundQueued.selector, abi.encode(time, root, hash, sender, o, s));
        }
        if (selector == IInbox.forceReclaim.selector) {
            (Reclaim memory o, Signature[] memory s) = abi.decode(args, (Reclaim, Signature[]));
            return (IInbox.ReclaimQueued.selector, abi.encode(time, root, hash, sender, o, s));
        }
        assertEq(bytes32(selector), bytes32(IInbox.forceWithdraw.selector), "a known call");
        (Withdraw memory w, Signature[] memory signatures) = abi.decode(args, (Withdraw, Signature[]));
        return (IInbox.WithdrawQueued.selector, abi.encode(time, root, hash, sender, w, signatures));
    }

    function _tail(bytes memory call) private pure returns (bytes memory args) {
        args = new bytes(call.length - 4);
        for (uint256 i; i < args.length; ++i) {
            args[i] = call[i + 4];
        }
    }

    function _at(string memory list, uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]", field);
    }

    function _name(uint256 i) private view returns (string memory) {
        return vm.parseJsonString(_json, _at("items", i, ".name"));
    }
}
