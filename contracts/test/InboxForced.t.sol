// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {
    AddedMember,
    ChangedRole,
    ChangeMembers,
    CreateConversation,
    ExchangedKey,
    Fund,
    InitialMember,
    Message,
    Reclaim,
    RemovedMember,
    Signature,
    Withdraw
} from "../src/types/Operations.sol";
import {Deployed} from "./support/Deployed.sol";

contract InboxForcedTest is Deployed {
    function testFuzz_create_membersAndConsents_areBounded(uint8 members, uint8 signatures) public {
        members = uint8(clamp(members, 0, 20));
        signatures = uint8(clamp(signatures, 0, 20));
        CreateConversation memory operation = _creation(members);
        if (members == 0 || members > 16) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_EntryCount.selector, members, 16));
        } else if (signatures != members + 1) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_SignatureCount.selector, signatures, members + 1));
        }
        inbox.forceCreateConversation(operation, new Signature[](signatures));
    }

    function testFuzz_create_rolesAreBounded(uint8 members, uint8 which, uint8 role) public {
        members = uint8(clamp(members, 1, 16));
        which = uint8(clamp(which, 0, members - 1));
        CreateConversation memory operation = _creation(members);
        operation.members[which].role = role;
        if (role > 2) vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownRole.selector, which, role));
        inbox.forceCreateConversation(operation, new Signature[](members + 1));
    }

    function testFuzz_change_entriesAndConsents_areBounded(uint8 remove, uint8 roles, uint8 add, uint8 signatures)
        public
    {
        ChangeMembers memory operation = _change(clamp(remove, 0, 9), clamp(roles, 0, 9), clamp(add, 0, 9));
        uint256 entries = operation.remove.length + operation.roles.length + operation.add.length;
        uint256 expected = operation.add.length + 1;
        signatures = signatures % 2 == 0 ? uint8(expected) : uint8(clamp(signatures, 0, 12));
        if (entries == 0 || entries > 16) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_EntryCount.selector, entries, 16));
        } else if (signatures != expected) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_SignatureCount.selector, signatures, expected));
        }
        inbox.forceChangeMembers(operation, new Signature[](signatures));
    }

    function test_change_exchangeCountsAsEntryAndConsent() public {
        ChangeMembers memory operation = _change(0, 0, 0);
        operation.exchange = new ExchangedKey[](1);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_SignatureCount.selector, 1, 2));
        inbox.forceChangeMembers(operation, new Signature[](1));
        inbox.forceChangeMembers(operation, new Signature[](2));
        operation = _change(0, 0, 15);
        operation.exchange = new ExchangedKey[](1);
        inbox.forceChangeMembers(operation, new Signature[](17));
        operation = _change(0, 0, 16);
        operation.exchange = new ExchangedKey[](1);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_EntryCount.selector, 17, 16));
        inbox.forceChangeMembers(operation, new Signature[](18));
    }

    function test_change_exchangesOneKeyAtMost() public {
        ChangeMembers memory operation = _change(0, 0, 0);
        operation.exchange = new ExchangedKey[](2);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_ExchangeCount.selector, 2));
        inbox.forceChangeMembers(operation, new Signature[](3));
    }

    function testFuzz_change_rolesAreBounded(uint8 which, uint8 role) public {
        which = uint8(clamp(which, 0, 5));
        ChangeMembers memory operation = _change(2, 3, 3);
        if (which < 3) operation.roles[which].role = role;
        else operation.add[which - 3].role = role;
        if (role > 2) vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownRole.selector, 2 + which, role));
        inbox.forceChangeMembers(operation, new Signature[](4));
    }

    function testFuzz_simpleOperations_oneSignature(uint8 signatures) public {
        signatures = uint8(clamp(signatures, 0, 17));
        vm.assume(signatures != 1);
        bytes memory refusal = abi.encodeWithSelector(IInbox.Inbox_SignatureCount.selector, signatures, 1);
        vm.expectRevert(refusal);
        inbox.forceFund(Fund(0, 1, 2, 3, 4, mwei(5), mwei(6)), new Signature[](signatures));
        vm.expectRevert(refusal);
        inbox.forceReclaim(Reclaim(0, 1, 2, 3, 4, mwei(5)), new Signature[](signatures));
        vm.expectRevert(refusal);
        inbox.forceWithdraw(Withdraw(0, 1, 2, mwei(3)), new Signature[](signatures));
        assertEq(inbox.count(), 0, "items");
    }

    function testFuzz_anyOperation_unknownShard_reverts(uint8 shard) public {
        shard = uint8(clamp(shard, 64, 255));
        bytes memory refusal = abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard);
        CreateConversation memory create = _creation(1);
        create.shard = shard;
        vm.expectRevert(refusal);
        inbox.forceCreateConversation(create, new Signature[](2));
        ChangeMembers memory change = _change(1, 0, 0);
        change.shard = shard;
        vm.expectRevert(refusal);
        inbox.forceChangeMembers(change, new Signature[](1));
        vm.expectRevert(refusal);
        inbox.forceFund(Fund(shard, 1, 2, 3, 4, mwei(5), mwei(6)), new Signature[](1));
        vm.expectRevert(refusal);
        inbox.forceReclaim(Reclaim(shard, 1, 2, 3, 4, mwei(5)), new Signature[](1));
        vm.expectRevert(refusal);
        inbox.forceWithdraw(Withdraw(shard, 1, 2, mwei(3)), new Signature[](1));
        vm.expectRevert(refusal);
        inbox.forceMessage(shard, Message(1, 2, bytes32("content")), Signature(bytes32("r"), bytes32("s")));
    }

    function test_anyOperation_withValue_reverts() public {
        vm.deal(address(this), 1 ether);
        bytes memory call = abi.encodeCall(IInbox.forceWithdraw, (Withdraw(0, 1, 2, mwei(3)), new Signature[](1)));
        (bool queued,) = address(inbox).call{value: 1}(call);
        assertTrue(!queued, "ether with an operation");
    }

    /// @dev A value outside its type never enters the queue, wherever it stands: no decoder has to judge it.
    function test_fund_dirtyWord_reverts() public {
        bytes memory clean =
            abi.encodeCall(IInbox.forceFund, (Fund(1, 2, 3, 4, 5, mwei(6), mwei(7)), new Signature[](1)));
        uint8[7] memory bits = [8, 32, 64, 32, 16, 64, 64];
        for (uint256 word; word < 7; ++word) {
            for (uint256 bit = bits[word]; bit < 256; bit += 37) {
                bytes memory dirty = bytes.concat(clean);
                // Big-endian: bit 0 is in the last byte of the word, which starts after the selector.
                dirty[4 + 32 * word + 31 - bit / 8] |= bytes1(uint8(1 << (bit % 8)));
                (bool queued,) = address(inbox).call(dirty);
                assertTrue(!queued, "dirty word");
            }
        }
        assertEq(inbox.count(), 0, "items");
        (bool taken,) = address(inbox).call(clean);
        assertTrue(taken, "clean words");
    }

    function test_create_dirtyMember_reverts() public {
        bytes memory clean = abi.encodeCall(IInbox.forceCreateConversation, (_creation(1), new Signature[](2)));
        // Words: 2 offsets, then shard, account, nonce, salt, offset, length, key, role, allowance, priceLimit.
        uint8[3] memory places = [9, 10, 11];
        for (uint256 i; i < places.length; ++i) {
            bytes memory dirty = bytes.concat(clean);
            dirty[4 + 32 * uint256(places[i])] = 0x80;
            (bool queued,) = address(inbox).call(dirty);
            assertTrue(!queued, "dirty word");
        }
        (bool taken,) = address(inbox).call(clean);
        assertTrue(taken, "clean words");
    }

    function testFuzz_anyOperation_senderIsCaller(address sender, address other) public {
        vm.assume(sender != other);
        vm.prank(sender);
        inbox.forceWithdraw(Withdraw(0, 1, 2, mwei(3)), new Signature[](1));
        vm.prank(other);
        inbox.forceWithdraw(Withdraw(0, 1, 2, mwei(3)), new Signature[](1));
        (bytes32 one,,,) = inbox.itemAt(0);
        (bytes32 two,,,) = inbox.itemAt(1);
        assertTrue(one != two, "the caller is part of the item");
    }

    function _creation(uint256 members) private pure returns (CreateConversation memory operation) {
        operation.account = 1;
        operation.salt = bytes32("salt");
        operation.members = new InitialMember[](members);
        for (uint256 i; i < members; ++i) {
            operation.members[i] = InitialMember(bytes32(i + 1), uint8(i % 3), mwei(i), mwei(i + 9));
        }
    }

    function _change(uint256 remove, uint256 roles, uint256 add) private pure returns (ChangeMembers memory operation) {
        operation.conversation = 1;
        operation.remove = new RemovedMember[](remove);
        operation.roles = new ChangedRole[](roles);
        operation.add = new AddedMember[](add);
    }
}
