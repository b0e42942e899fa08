// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {Message, Signature} from "../src/types/Operations.sol";
import {Deployed} from "./support/Deployed.sol";

contract InboxQueueTest is Deployed {
    function test_hashAt_emptyQueue_isZero() public view {
        assertEq(inbox.count(), 0, "items");
        assertEq(inbox.hashAt(0), 0, "hash before the first item");
    }

    function testFuzz_queue_hashChainsRootsAndParentBlocks(bytes32[8] calldata contents, uint32 step) public {
        bytes32 expected;
        for (uint256 i; i < contents.length; ++i) {
            vm.roll(block.number + 1 + (step >> i) % 3);
            vm.warp(block.timestamp + (step % 100));
            bytes32 parent = keccak256(abi.encode(contents[i], i));
            vm.setBlockhash(block.number - 1, parent);
            assertEq(_queue(contents[i]), i, "index");
            (bytes32 root, uint64 time,, bytes32 inboxHash) = inbox.itemAt(uint64(i));
            expected = sha256(abi.encode(expected, root, parent));
            assertEq(inboxHash, expected, "rolling hash");
            assertEq(inbox.hashAt(uint64(i + 1)), expected, "hash at a count");
            assertEq(time, block.timestamp, "time");
            (bytes32 before, uint64 nextTime) = inbox.queueAt(uint64(i));
            assertEq(before, inbox.hashAt(uint64(i)), "hash before it");
            assertEq(nextTime, time, "its time");
            (, nextTime) = inbox.queueAt(uint64(i + 1));
            assertEq(nextTime, 0, "no next one");
        }
        assertEq(inbox.count(), contents.length, "items");
    }

    function test_queue_sameItemAfterReorg_hashDiffers() public {
        vm.setBlockhash(block.number - 1, bytes32("one parent"));
        _queue("content");
        (bytes32 root,,, bytes32 before) = inbox.itemAt(0);
        rollup = deploy(settings());
        inbox = rollup.inbox();
        vm.setBlockhash(block.number - 1, bytes32("another parent"));
        _queue("content");
        (bytes32 rootAgain,,, bytes32 afterwards) = inbox.itemAt(0);
        assertEq(rootAgain, root, "same item");
        assertTrue(afterwards != before, "other hash");
    }

    function testFuzz_hashAt_beyondQueue_reverts(uint64 count) public {
        _queue("content");
        count = uint64(clamp(count, 2, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_BeyondQueue.selector, count, 1));
        inbox.hashAt(count);
    }

    function testFuzz_itemAt_unknown_reverts(uint64 index) public {
        _queue("content");
        index = uint64(clamp(index, 1, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownItem.selector, index, 1));
        inbox.itemAt(index);
    }

    function _queue(bytes32 content) private returns (uint64) {
        return inbox.forceMessage(1, Message(2, 3, content), Signature(bytes32("r"), bytes32("s")));
    }
}
