// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MessageLog} from "../../bench/MessageLog.sol";
import {Base} from "../support/Base.sol";

contract MessageLogTest is Base {
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);
    uint256 private constant FIRST = 7;
    bytes32 private constant CONTENT = keccak256("content");

    MessageLog private messages;

    function setUp() public {
        messages = new MessageLog();
        address[2][] memory members = new address[2][](2);
        members[0] = [ALICE, BOB];
        members[1] = [BOB, address(this)];
        messages.open(FIRST, members);
    }

    function test_send_chainsHeads() public {
        bytes32 head;
        for (uint64 position; position < 3; ++position) {
            address sender = position == 1 ? BOB : ALICE;
            vm.expectEmit(address(messages));
            emit MessageLog.MessageSent(FIRST, sender, position, CONTENT);
            vm.prank(sender);
            messages.send(FIRST, CONTENT);
            head = keccak256(abi.encode(head, sender, position, CONTENT));
        }
        (bytes32 stored, uint64 count) = messages.conversations(FIRST);
        assertEq(stored, head, "head");
        assertEq(uint256(count), 3, "count");
        (, uint64 untouched) = messages.conversations(FIRST + 1);
        assertEq(uint256(untouched), 0, "other conversation");
    }

    function test_send_notAMember_reverts() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(MessageLog.MessageLog_NotAMember.selector, FIRST + 1, ALICE));
        messages.send(FIRST + 1, CONTENT);
    }
}
