// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {Headers} from "../src/libraries/Headers.sol";
import {BatchClaim, ClaimHead, ClaimRequest} from "../src/types/Batch.sol";
import {Message, Signature} from "../src/types/Operations.sol";
import {Deployed} from "./support/Deployed.sol";
import {Vm} from "./support/Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

contract RollupClaimTest is Deployed {
    function test_claim_next_stands() public {
        ClaimRequest memory request = nextRequest();
        BatchClaim memory expected = claimOf(request, CLAIMER);
        bytes memory signature = seal(request.lastHeader, SEQUENCER_SECRET);
        vm.recordLogs();
        vm.prank(CLAIMER);
        bytes32 hash = rollup.claim(request, signature);
        assertEq(hash, keccak256(abi.encode(expected)), "hash of the claim");
        assertEq(rollup.claimHash(1), hash, "stored hash");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "two events");
        assertEq(logs[0].topics[0], IRollupEvents.Sealed.selector, "the signature");
        assertEq(logs[0].topics[1], Headers.root(request.lastHeader), "root of the header");
        assertEq(logs[0].data, abi.encode(signature), "the signature whole");
        assertEq(logs[1].topics[0], IRollupEvents.Claimed.selector, "event");
        assertEq(uint256(logs[1].topics[1]), 1, "number");
        assertEq(logs[1].topics[2], hash, "hash");
        assertEq(logs[1].data, abi.encode(expected), "the claim whole");
        ClaimHead memory head = rollup.head();
        assertEq(head.number, 1, "head's number");
        assertEq(head.hash, hash, "head's hash");
        assertEq(head.blockNumber, 1, "head's block");
        assertEq(head.timestamp, request.lastHeader.timestamp, "head's timestamp");
        assertEq(head.inboxCount, 0, "head's inboxCount");
        (, uint64 lastClaim,) = rollup.bondOf(CLAIMER);
        assertEq(lastClaim, 1, "claimer's last claim");
        (, lastClaim,) = rollup.bondOf(BOND_OWNER);
        assertEq(lastClaim, 1, "last claim that the sequencer's bond answers for");
    }

    function test_claim_chain_eachFollowsTheLast() public {
        bytes32 parent = rollup.claimHash(0);
        for (uint64 number = 1; number <= 5; ++number) {
            vm.warp(START + number);
            ClaimRequest memory request = nextRequest();
            assertEq(request.number, number, "number");
            assertEq(request.parent, parent, "parent");
            parent = makeClaim(request);
        }
        assertEq(rollup.head().number, 5, "head");
    }

    function testFuzz_claim_stranger_reverts(address caller) public {
        vm.assume(caller != CLAIMER);
        rollup.depositBondFor{value: BOND}(caller);
        refuseClaim(nextRequest(), caller, abi.encodeWithSelector(IRollupEvents.Rollup_NotClaimer.selector, caller));
    }

    function testFuzz_claim_bondNotFull_reverts(uint128 bond) public {
        bond = uint128(clamp(bond, 0, BOND - 1));
        address claimer = address(0xC2);
        vm.prank(OPERATOR);
        rollup.setClaimer(claimer, true);
        rollup.depositBondFor{value: bond}(claimer);
        refuseClaim(
            nextRequest(),
            claimer,
            abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, claimer, bond, BOND)
        );
        rollup.depositBondFor{value: BOND - bond}(claimer);
        bytes memory signature = seal(nextRequest().lastHeader, SEQUENCER_SECRET);
        ClaimRequest memory request = nextRequest();
        vm.prank(claimer);
        rollup.claim(request, signature);
        assertEq(rollup.head().number, 1, "full bond");
    }

    function test_claim_bondOfTheKeyNotFull_reverts() public {
        vm.startPrank(BOND_OWNER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(BOND_OWNER);
        vm.stopPrank();
        refuseClaim(
            nextRequest(), abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, BOND_OWNER, 0, BOND)
        );
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
        makeClaim();
    }

    function test_claim_underOwnKey_reverts() public {
        vm.prank(OPERATOR);
        rollup.setClaimer(BOND_OWNER, true);
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
        refuseClaim(
            nextRequest(), BOND_OWNER, abi.encodeWithSelector(IRollupEvents.Rollup_BondShared.selector, BOND_OWNER)
        );
    }

    function testFuzz_claim_otherSigner_reverts(uint256 secret) public {
        secret = clamp(secret, 1, 2 ** 128);
        vm.assume(secret != SEQUENCER_SECRET);
        ClaimRequest memory request = nextRequest();
        bytes memory signature = seal(request.lastHeader, secret);
        _refuseSeal(request, signature, vm.addr(secret));
    }

    function test_claim_signatureOfAnotherHeader_reverts() public {
        ClaimRequest memory request = nextRequest();
        bytes memory signature = seal(request.lastHeader, SEQUENCER_SECRET);
        bytes32 signed = Headers.digest(Headers.root(request.lastHeader), address(inbox));
        request.lastHeader.stateRoot = keccak256("another state");
        bytes32 digest = Headers.digest(Headers.root(request.lastHeader), address(inbox));
        assertTrue(digest != signed, "another digest");
        (address other,,) = ECDSA.tryRecover(digest, signature);
        _refuseSeal(request, signature, other);
    }

    function test_claim_signatureThatIsNone_reverts() public {
        ClaimRequest memory request = nextRequest();
        bytes memory signature = seal(request.lastHeader, SEQUENCER_SECRET);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(SEQUENCER_SECRET, Headers.digest(Headers.root(request.lastHeader), address(inbox)));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        _refuseSeal(request, "", address(0));
        _refuseSeal(request, abi.encodePacked(r, s), address(0));
        _refuseSeal(request, abi.encodePacked(signature, uint8(0)), address(0));
        _refuseSeal(request, abi.encodePacked(r, s, v - 27), address(0));
        _refuseSeal(request, abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? 28 : 27), address(0));
    }

    function testFuzz_claim_outOfOrder_reverts(uint64 number) public {
        ClaimRequest memory request = nextRequest();
        vm.assume(number != 1);
        request.number = number;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_ClaimOutOfOrder.selector, number, 1));
    }

    function test_claim_sameTwice_reverts() public {
        ClaimRequest memory request = nextRequest();
        makeClaim(request);
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_ClaimOutOfOrder.selector, 1, 2));
    }

    function testFuzz_claim_otherParent_reverts(bytes32 parent) public {
        ClaimRequest memory request = nextRequest();
        vm.assume(parent != request.parent);
        bytes32 expected = request.parent;
        request.parent = parent;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_ParentMismatch.selector, parent, expected));
    }

    function testFuzz_claim_otherLineage_reverts(bytes32 lineage) public {
        vm.assume(lineage != 0);
        ClaimRequest memory request = nextRequest();
        request.lineage = lineage;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_LineageMismatch.selector, lineage, 0));
        request = nextRequest();
        request.lastHeader.lineage = lineage;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_LineageMismatch.selector, lineage, 0));
        request.lineage = lineage;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_LineageMismatch.selector, lineage, 0));
    }

    function testFuzz_claim_blockNumber_isBounded(uint64 number) public {
        vm.warp(START + 1024);
        uint64 before = rollup.head().blockNumber;
        makeClaim();
        ClaimRequest memory request = nextRequest();
        request.lastHeader.number = number % 2 == 0 ? number : number % 1100;
        request.lastHeader.timestamp = millis((START + 1000) * 1000);
        if (request.lastHeader.number <= before + 1 || request.lastHeader.number > before + 1025) {
            refuseClaim(
                request,
                abi.encodeWithSelector(
                    IRollupEvents.Rollup_BlockNumberOutOfRange.selector,
                    request.lastHeader.number,
                    before + 2,
                    before + 1025
                )
            );
        } else {
            makeClaim(request);
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
        request.lastHeader.timestamp = millis(timestamp);
        if (timestamp < earliest || timestamp > latest) {
            refuseClaim(
                request,
                abi.encodeWithSelector(IRollupEvents.Rollup_TimestampOutOfRange.selector, timestamp, earliest, latest)
            );
        } else {
            makeClaim(request);
            assertEq(rollup.head().timestamp, millis(timestamp), "head's timestamp");
        }
    }

    function test_claim_timestamp_atItsBounds() public {
        ClaimRequest memory request = nextRequest();
        uint64 earliest = uint64(START) * 1000 - 250;
        uint64 latest = uint64(START) * 1000;
        request.lastHeader.timestamp = millis(earliest - 1);
        refuseClaim(
            request,
            abi.encodeWithSelector(IRollupEvents.Rollup_TimestampOutOfRange.selector, earliest - 1, earliest, latest)
        );
        request.lastHeader.timestamp = millis(latest + 1);
        refuseClaim(
            request,
            abi.encodeWithSelector(IRollupEvents.Rollup_TimestampOutOfRange.selector, latest + 1, earliest, latest)
        );
        request.lastHeader.timestamp = millis(latest);
        makeClaim(request);
    }

    function test_claim_inboxCount_risesByItsBlocksAtMost() public {
        _queue(65);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 65;
        request.lastHeader.inboxHash = inbox.hashAt(65);
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_InboxCountOutOfRange.selector, 65, 0, 64));
        request.lastHeader.inboxCount = 64;
        request.lastHeader.inboxHash = inbox.hashAt(64);
        makeClaim(request);
        assertEq(rollup.head().inboxCount, 64, "head's inboxCount");
        vm.warp(START + 1);
        request = nextRequest();
        request.lastHeader.inboxCount = 63;
        request.lastHeader.inboxHash = inbox.hashAt(63);
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_InboxCountOutOfRange.selector, 63, 64, 128));
    }

    function test_claim_segmentCount_risesByItsBlocksAtMost() public {
        ClaimRequest memory request = nextRequest();
        request.lastHeader.segmentCount = 1025;
        refuseClaim(
            request, abi.encodeWithSelector(IRollupEvents.Rollup_SegmentCountOutOfRange.selector, 1025, 0, 1024)
        );
        request.lastHeader.segmentCount = 1024;
        makeClaim(request);
        assertEq(rollup.head().segmentCount, 1024, "head's segmentCount");
        vm.warp(START + 300);
        request = nextRequest();
        request.lastHeader.segmentCount = 1023;
        refuseClaim(
            request, abi.encodeWithSelector(IRollupEvents.Rollup_SegmentCountOutOfRange.selector, 1023, 1024, 2048)
        );
        request.lastHeader.segmentCount = 1024;
        makeClaim(request);
    }

    function test_claim_segmentCount_isBoundedForABatch() public {
        vm.warp(START + 300);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.number = 1024;
        request.lastHeader.timestamp = millis((START + 299) * 1000);
        request.lastHeader.segmentCount = 8193;
        refuseClaim(
            request, abi.encodeWithSelector(IRollupEvents.Rollup_SegmentCountOutOfRange.selector, 8193, 0, 8192)
        );
        request.lastHeader.segmentCount = type(uint64).max;
        refuseClaim(
            request,
            abi.encodeWithSelector(IRollupEvents.Rollup_SegmentCountOutOfRange.selector, type(uint64).max, 0, 8192)
        );
        request.lastHeader.segmentCount = 8192;
        makeClaim(request);
        assertEq(rollup.head().segmentCount, 8192, "head's segmentCount");
    }

    function test_claim_segmentCount_atTheEndOfItsWidth() public {
        _setHead(1, 1, uint48(START - 1) * 1000, type(uint64).max - 1);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.segmentCount = type(uint64).max;
        makeClaim(request);
        assertEq(rollup.head().segmentCount, type(uint64).max, "head's segmentCount");
    }

    function test_claim_beyondWhatTheHeadKeeps_reverts() public {
        uint48 max = type(uint48).max;
        bytes memory exhausted =
            abi.encodeWithSelector(IRollupEvents.Rollup_HeadExhausted.selector, uint64(max) + 1, uint64(max));
        uint48 earlier = uint48(START - 1) * 1000;
        _setHead(max, 1, earlier, 0);
        refuseClaim(nextRequest(), exhausted);
        _setHead(1, max - 1, earlier, 0);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.number = uint64(max) + 1;
        request.lastHeader.timestamp = millis(earlier + 500);
        refuseClaim(request, exhausted);
        _setHead(1, 1, max - 1, 0);
        vm.warp(uint256(max) / 1000 + 100);
        request = nextRequest();
        request.lastHeader.number = 2;
        request.lastHeader.timestamp = millis(uint64(max) + 1000);
        exhausted = abi.encodeWithSelector(IRollupEvents.Rollup_HeadExhausted.selector, uint64(max) + 1000, uint64(max));
        refuseClaim(request, exhausted);
    }

    function test_head_keepsEachCounterInItsPlace() public {
        _setHead(1, 2, 3, 5);
        ClaimHead memory head = rollup.head();
        assertEq(head.number, 1, "number");
        assertEq(head.blockNumber, 2, "blockNumber");
        assertEq(head.timestamp, millis(3), "timestamp");
        assertEq(head.inboxCount, 0, "inboxCount");
        assertEq(head.segmentCount, 5, "segmentCount");
    }

    function test_claim_inboxCountBeyondQueue_reverts() public {
        _queue(2);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 3;
        refuseClaim(request, abi.encodeWithSignature("Inbox_BeyondQueue(uint64,uint64)", 3, 2));
    }

    function testFuzz_claim_otherInboxHash_reverts(bytes32 inboxHash, uint8 count) public {
        _queue(3);
        count = uint8(clamp(count, 0, 3));
        ClaimRequest memory request = nextRequest();
        bytes32 expected = inbox.hashAt(count);
        vm.assume(inboxHash != expected);
        request.lastHeader.inboxCount = count;
        request.lastHeader.inboxHash = inboxHash;
        refuseClaim(
            request, abi.encodeWithSelector(IRollupEvents.Rollup_InboxHashMismatch.selector, inboxHash, expected)
        );
    }

    function testFuzz_claim_pointers_areBounded(uint16 core, uint16 witness) public {
        core = uint16(clamp(core, 0, 1100));
        witness = uint16(clamp(witness, 0, 1100));
        ClaimRequest memory request = nextRequest();
        request.core.pointer = new bytes(core);
        request.witness.pointer = new bytes(witness);
        if (core > 1024 || witness > 1024) {
            uint256 length = core > 1024 ? core : witness;
            refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_PointerTooLong.selector, length, 1024));
        } else {
            bytes32 expected = keccak256(abi.encode(claimOf(request, CLAIMER)));
            assertEq(makeClaim(request), expected, "hash of the claim");
        }
    }

    function testFuzz_claimHash_unknown_reverts(uint64 number) public {
        number = uint64(clamp(number, 1, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_UnknownClaim.selector, number, 0));
        rollup.claimHash(number);
    }

    function testFuzz_setClaimer_onlyOperator(address caller, address claimer) public {
        vm.assume(caller != OPERATOR && claimer != CLAIMER);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOperator.selector, caller));
        rollup.setClaimer(claimer, true);
        assertTrue(!rollup.isClaimer(claimer), "not named");
        vm.startPrank(OPERATOR);
        rollup.setClaimer(claimer, true);
        assertTrue(rollup.isClaimer(claimer), "named");
        rollup.setClaimer(claimer, false);
        assertTrue(!rollup.isClaimer(claimer), "no longer");
    }

    function _refuseSeal(ClaimRequest memory request, bytes memory signature, address signer) private {
        vm.prank(CLAIMER);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupEvents.Rollup_NotSealed.selector, signer, vm.addr(SEQUENCER_SECRET))
        );
        rollup.claim(request, signature);
    }

    /// @dev Puts the head where no test could claim its way to.
    function _setHead(uint48 number, uint48 blockNumber, uint48 timestamp, uint64 segmentCount) private {
        uint256 word = uint256(number) | (uint256(blockNumber) << 48) | (uint256(timestamp) << 96)
            | (uint256(segmentCount) << 192);
        vm.store(address(rollup), bytes32(uint256(5)), bytes32(word));
    }

    function _queue(uint256 items) private {
        for (uint256 i; i < items; ++i) {
            inbox.forceMessage(1, Message(2, 3, bytes32(i)), Signature(bytes32("r"), bytes32("s")));
        }
    }
}
