// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {Base} from "./Base.sol";
import {Mwei} from "../../src/types/Units.sol";

/// @title Counters of an inbox set to where no test could drive them
/// @dev Slots as `forge inspect Inbox storageLayout` tells; each write is checked through the inbox's own view.
abstract contract InboxStorage is Base {
    uint256 private constant ACCOUNT_COUNTS_SLOT = 3;
    uint256 private constant PAID_SLOT = 12;
    uint256 private constant HELD_SLOT = 30;

    function setHeld(IInbox inbox, uint8 shard, Mwei amount) internal {
        _write(address(inbox), HELD_SLOT + shard / 4, 64 * (shard % 4), type(uint64).max, amount.wide());
        assertEq(inbox.heldIn(shard), amount, "slot of heldIn");
    }

    function setAccountCount(IInbox inbox, uint8 shard, uint32 accounts) internal {
        _write(address(inbox), ACCOUNT_COUNTS_SLOT + shard / 8, 32 * (shard % 8), type(uint32).max, accounts);
        assertEq(inbox.accountCount(shard), accounts, "slot of accountCount");
    }

    function setPaid(IInbox inbox, uint8 shard, uint32 account, Mwei paid) internal {
        bytes32 ofShard = keccak256(abi.encode(shard, PAID_SLOT));
        vm.store(address(inbox), keccak256(abi.encode(account, ofShard)), bytes32(paid.wide()));
        assertEq(inbox.paidTo(shard, account), paid, "slot of paidTo");
    }

    function _write(address target, uint256 slot, uint256 shift, uint256 mask, uint256 value) private {
        uint256 word = uint256(vm.load(target, bytes32(slot)));
        vm.store(target, bytes32(slot), bytes32((word & ~(mask << shift)) | (value << shift)));
    }
}
