// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../src/interfaces/IRollup.sol";
import {BatchClaim, ClaimHead, ClaimRequest} from "../src/types/Batch.sol";
import {Message, Signature} from "../src/types/Operations.sol";
import {Deployed} from "./support/Deployed.sol";
import {Vm} from "./support/Vm.sol";

contract RollupClaimTest is Deployed {
    function test_claim_next_stands() public {
        ClaimRequest memory request = nextRequest();
        BatchClaim memory expected = claimOf(request, CLAIMER);
        vm.recordLogs();
        vm.prank(CLAIMER);
        bytes32 hash = rollup.claim(request);
        assertEq(hash, keccak256(abi.encode(expected)), "hash of the claim");
        assertEq(rollup.claimHash(1), hash, "stored hash");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics[0], IRollup.Claimed.selector, "event");
        assertEq(uint256(logs[0].topics[1]), 1, "number");
        assertEq(logs[0].topics[2], hash, "hash");
        assertEq(logs[0].data, abi.encode(expected), "the claim whole");
        ClaimHead memory head = rollup.head();
        assertEq(head.number, 1, "head's number");
        assertEq(head.hash, hash, "head's hash");
        assertEq(head.blockNumber, 1, "head's block");
        assertEq(head.timestamp, request.lastHeader.timestamp, "head's timestamp");
        assertEq(head.inboxCount, 0, "head's inboxCount");
        (, uint64 lastClaim,) = rollup.bondOf(CLAIMER);
        assertEq(lastClaim, 1, "claimer's last claim");
    }

    function test_claim_chain_eachFollowsTheLast() public {
        bytes32 parent = rollup.claimHash(0);
        for (uint64 number = 1; number <= 5; ++number) {
            vm.warp(START + number);
            ClaimRequest memory request = nextRequest();
            assertEq(request.number, number, "number");
            assertEq(request.parent, parent, "parent");
            vm.prank(CLAIMER);
            parent = rollup.claim(request);
        }
        assertEq(rollup.head().number, 5, "head");
    }

    function testFuzz_claim_stranger_reverts(address caller) public {
        vm.assume(caller != CLAIMER);
        ClaimRequest memory request = nextRequest();
        vm.deal(caller, BOND);
        vm.startPrank(caller);
        rollup.depositBond{value: BOND}();
        vm.expectRevert(abi.encodeWithSelector(IRollup.Rollup_NotClaimer.selector, caller));
        rollup.claim(request);
    }

    function testFuzz_claim_bondNotFull_reverts(uint128 bond) public {
        bond = uint128(clamp(bond, 0, BOND - 1));
        address claimer = address(0xC2);
        vm.prank(OPERATOR);
        rollup.setClaimer(claimer, true);
        vm.deal(claimer, BOND);
        ClaimRequest memory request = nextRequest();
        vm.startPrank(claimer);
        rollup.depositBond{value: bond}();
        vm.expectRevert(abi.encodeWithSelector(IRollup.Rollup_BondTooSmall.selector, bond, BOND));
        rollup.claim(request);
        rollup.depositBond{value: BOND - bond}();
        rollup.claim(request);
        assertEq(rollup.head().number, 1, "full bond");
    }

    function testFuzz_claim_outOfOrder_reverts(uint64 number) public {
        ClaimRequest memory request = nextRequest();
        vm.assume(number != 1);
        request.number = number;
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_ClaimOutOfOrder.selector, number, 1));
    }

    function test_claim_sameTwice_reverts() public {
        ClaimRequest memory request = nextRequest();
        vm.prank(CLAIMER);
        rollup.claim(request);
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_ClaimOutOfOrder.selector, 1, 2));
    }

    function testFuzz_claim_otherParent_reverts(bytes32 parent) public {
        ClaimRequest memory request = nextRequest();
        vm.assume(parent != request.parent);
        bytes32 expected = request.parent;
        request.parent = parent;
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_ParentMismatch.selector, parent, expected));
    }

    function testFuzz_claim_otherLineage_reverts(bytes32 lineage) public {
        vm.assume(lineage != 0);
        ClaimRequest memory request = nextRequest();
        request.lineage = lineage;
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_LineageMismatch.selector, lineage, 0));
        request = nextRequest();
        request.lastHeader.lineage = lineage;
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_LineageMismatch.selector, lineage, 0));
        request.lineage = lineage;
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_LineageMismatch.selector, lineage, 0));
    }

    function testFuzz_claim_blockNumber_isBounded(uint64 number) public {
        vm.warp(START + 1024);
        uint64 before = rollup.head().blockNumber;
        makeClaim();
        ClaimRequest memory request = nextRequest();
        request.lastHeader.number = number % 2 == 0 ? number : number % 1100;
        request.lastHeader.timestamp = uint64(START + 1000) * 1000;
        if (request.lastHeader.number <= before + 1 || request.lastHeader.number > before + 1025) {
            _refuse(
                request,
                abi.encodeWithSelector(
                    IRollup.Rollup_BlockNumberOutOfRange.selector, request.lastHeader.number, before + 2, before + 1025
                )
            );
        } else {
            vm.prank(CLAIMER);
            rollup.claim(request);
            assertEq(rollup.head().blockNumber, request.lastHeader.number, "head's block");
        }
    }

    function testFuzz_claim_timestamp_isBounded(uint64 timestamp, uint16 blocks, uint32 wait) public {
        blocks = uint16(clamp(blocks, 1, 1024));
        wait = uint32(clamp(wait, 256, 100_000));
        vm.warp(START + wait);
        ClaimRequest memory request = nextRequest();
        uint256 earliest = START * 1000 - 500 + 250 * uint256(blocks);
        uint256 latest = (START + wait) * 1000;
        request.lastHeader.number = blocks;
        if (timestamp % 2 == 0) timestamp = uint64(clamp(timestamp, earliest - 1000, latest + 1000));
        request.lastHeader.timestamp = timestamp;
        if (timestamp < earliest || timestamp > latest) {
            _refuse(
                request,
                abi.encodeWithSelector(IRollup.Rollup_TimestampOutOfRange.selector, timestamp, earliest, latest)
            );
        } else {
            vm.prank(CLAIMER);
            rollup.claim(request);
            assertEq(rollup.head().timestamp, timestamp, "head's timestamp");
        }
    }

    function test_claim_timestamp_atItsBounds() public {
        ClaimRequest memory request = nextRequest();
        uint64 earliest = uint64(START) * 1000 - 250;
        uint64 latest = uint64(START) * 1000;
        request.lastHeader.timestamp = earliest - 1;
        _refuse(
            request, abi.encodeWithSelector(IRollup.Rollup_TimestampOutOfRange.selector, earliest - 1, earliest, latest)
        );
        request.lastHeader.timestamp = latest + 1;
        _refuse(
            request, abi.encodeWithSelector(IRollup.Rollup_TimestampOutOfRange.selector, latest + 1, earliest, latest)
        );
        request.lastHeader.timestamp = latest;
        vm.prank(CLAIMER);
        rollup.claim(request);
    }

    function test_claim_inboxCount_risesByItsBlocksAtMost() public {
        _queue(65);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 65;
        request.lastHeader.inboxHash = inbox.hashAt(65);
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_InboxCountOutOfRange.selector, 65, 0, 64));
        request.lastHeader.inboxCount = 64;
        request.lastHeader.inboxHash = inbox.hashAt(64);
        vm.prank(CLAIMER);
        rollup.claim(request);
        assertEq(rollup.head().inboxCount, 64, "head's inboxCount");
        vm.warp(START + 1);
        request = nextRequest();
        request.lastHeader.inboxCount = 63;
        request.lastHeader.inboxHash = inbox.hashAt(63);
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_InboxCountOutOfRange.selector, 63, 64, 128));
    }

    function test_claim_inboxCountBeyondQueue_reverts() public {
        _queue(2);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 3;
        _refuse(request, abi.encodeWithSignature("Inbox_BeyondQueue(uint64,uint64)", 3, 2));
    }

    function testFuzz_claim_otherInboxHash_reverts(bytes32 inboxHash, uint8 count) public {
        _queue(3);
        count = uint8(clamp(count, 0, 3));
        ClaimRequest memory request = nextRequest();
        bytes32 expected = inbox.hashAt(count);
        vm.assume(inboxHash != expected);
        request.lastHeader.inboxCount = count;
        request.lastHeader.inboxHash = inboxHash;
        _refuse(request, abi.encodeWithSelector(IRollup.Rollup_InboxHashMismatch.selector, inboxHash, expected));
    }

    function testFuzz_claim_pointers_areBounded(uint16 core, uint16 witness) public {
        core = uint16(clamp(core, 0, 1100));
        witness = uint16(clamp(witness, 0, 1100));
        ClaimRequest memory request = nextRequest();
        request.core.pointer = new bytes(core);
        request.witness.pointer = new bytes(witness);
        if (core > 1024 || witness > 1024) {
            uint256 length = core > 1024 ? core : witness;
            _refuse(request, abi.encodeWithSelector(IRollup.Rollup_PointerTooLong.selector, length, 1024));
        } else {
            bytes32 expected = keccak256(abi.encode(claimOf(request, CLAIMER)));
            vm.prank(CLAIMER);
            assertEq(rollup.claim(request), expected, "hash of the claim");
        }
    }

    function testFuzz_claimHash_unknown_reverts(uint64 number) public {
        number = uint64(clamp(number, 1, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IRollup.Rollup_UnknownClaim.selector, number, 0));
        rollup.claimHash(number);
    }

    function testFuzz_setClaimer_onlyOperator(address caller, address claimer) public {
        vm.assume(caller != OPERATOR && claimer != CLAIMER);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IRollup.Rollup_NotOperator.selector, caller));
        rollup.setClaimer(claimer, true);
        assertTrue(!rollup.isClaimer(claimer), "not named");
        vm.startPrank(OPERATOR);
        rollup.setClaimer(claimer, true);
        assertTrue(rollup.isClaimer(claimer), "named");
        rollup.setClaimer(claimer, false);
        assertTrue(!rollup.isClaimer(claimer), "no longer");
    }

    function _refuse(ClaimRequest memory request, bytes memory reason) private {
        vm.prank(CLAIMER);
        vm.expectRevert(reason);
        rollup.claim(request);
    }

    function _queue(uint256 items) private {
        for (uint256 i; i < items; ++i) {
            inbox.forceMessage(1, Message(2, 3, bytes32(i)), Signature(bytes32("r"), bytes32("s")));
        }
    }
}
