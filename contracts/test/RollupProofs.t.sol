// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../src/interfaces/IProof.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchClaim, ClaimHead, ClaimRequest} from "../src/types/Batch.sol";
import {Reason} from "../src/types/Contests.sol";
import {Rules, Verifiers} from "../src/types/Parameters.sol";
import {Millis} from "../src/types/Units.sol";
import {Contested} from "./support/Contested.sol";

contract RollupProofsTest is Contested {
    function test_removal_chainGoesOnFromTheClaimLeftStanding() public {
        BatchClaim[] memory claims = makeClaims(3);
        ClaimHead memory left = _headAfter(claims[1]);
        bytes32 lineage = lineageAfter(0, claims[2].parent);
        bytes memory proof = proofOf(Reason.Messages, claims[2], claims[1]);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Removed(1, claims[2].parent, lineage, Reason.Messages);
        rollup.prove(Reason.Messages, claims[2], claims[1], proof);
        assertEq(abi.encode(rollup.head()), abi.encode(left), "head");
        assertEq(rollup.lineage(), lineage, "lineage");
        assertEq(rollup.lineages(lineage), claims[1].lastHeader.number + 1, "its first block");
        assertEq(rollup.lineages(0), 1, "first block of the first lineage");
        assertEq(rollup.lineages("other"), 0, "a lineage never in force");
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_UnknownClaim.selector, 2, 1));
        rollup.claimHash(2);
        rollup.depositBondFor{value: BOND}(CLAIMER);
        ClaimRequest memory old = nextRequest();
        old.lineage = 0;
        refuseClaim(old, abi.encodeWithSelector(IRollupEvents.Rollup_LineageMismatch.selector, 0, lineage));
        makeClaim();
        assertEq(rollup.head().number, 2, "the next claim");
    }

    /// @dev The same claim removed in another L2 block begins another lineage.
    function test_removal_lineagesNeverRepeat() public {
        BatchClaim[] memory claims = makeClaims(1);
        uint256 id = vm.snapshotState();
        remove(claims[1], claims[0]);
        bytes32 first = rollup.lineage();
        vm.revertToState(id);
        vm.setBlockhash(block.number - 1, keccak256("another history of the L2"));
        remove(claims[1], claims[0]);
        assertTrue(rollup.lineage() != first, "another lineage");
    }

    /// @dev Items that a removed claim consumed are consumed by the next one.
    function test_removal_takesTheQueueBack() public {
        inbox.deposit{value: 1 ether}(1, address(1));
        BatchClaim[] memory claims = makeClaims(1);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 1;
        request.lastHeader.inboxHash = inbox.hashAt(1);
        BatchClaim memory taken = claimOf(request, CLAIMER);
        makeClaim(request);
        assertEq(rollup.head().inboxCount, 1, "consumed");
        remove(taken, claims[1]);
        assertEq(rollup.head().inboxCount, 0, "to be consumed again");
        assertEq(rollup.head().segmentCount, claims[1].lastHeader.segmentCount, "segments");
    }

    function test_prove_eachKindAsksItsVerifier() public {
        BatchClaim[] memory claims = makeClaims(2);
        for (uint8 kind; kind < 5; ++kind) {
            uint256 id = vm.snapshotState();
            Reason reason = Reason(kind);
            bytes memory proof = proofOf(reason, claims[2], claims[1]);
            Reason other = Reason((kind + 1) % 5);
            vm.expectRevert(IProof.Proof_NothingWrong.selector);
            rollup.prove(other, claims[2], claims[1], proof);
            rollup.prove(reason, claims[2], claims[1], proof);
            assertEq(rollup.head().number, 1, "removed");
            vm.revertToState(id);
        }
    }

    function test_prove_otherReasonsAreNoProofs() public {
        BatchClaim[] memory claims = makeClaims(1);
        for (uint8 kind = 5; kind < 9; ++kind) {
            vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NoSuchProof.selector, kind));
            rollup.prove(Reason(kind), claims[1], claims[0], "proof");
        }
    }

    /// @dev What was wrong under the rules of its time stays so, and is judged by their verifiers.
    function test_prove_asksTheVerifiersOfTheClaimsRules() public {
        vm.warp(START + 1);
        BatchClaim memory genesis = genesisClaim();
        BatchClaim memory old = claimOf(nextRequest(), CLAIMER);
        makeClaim();
        Rules memory next = rules();
        next.number = 2;
        next.fees.minPrice = mwei(77);
        Verifiers memory others = next.verifiers;
        others.signature = address(0xFE13);
        vm.etch(others.signature, others.messages.code);
        Millis from = millis((START + 2001) * 1000);
        vm.prank(GOVERNANCE);
        rollup.announceRules(from, next);
        vm.warp(START + 2001);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.timestamp = from;
        BatchClaim memory young = claimOf(request, CLAIMER);
        makeClaim(request);
        bytes memory byOld = abi.encode(address(0xFE03), caseOf(young, old, rules()));
        vm.expectRevert(IProof.Proof_NothingWrong.selector);
        rollup.prove(Reason.Signature, young, old, byOld);
        uint256 id = vm.snapshotState();
        bytes memory byYoung = abi.encode(others.signature, caseOf(young, old, next));
        rollup.prove(Reason.Signature, young, old, byYoung);
        assertEq(rollup.head().number, 1, "the claim under the new rules");
        vm.revertToState(id);
        bytes memory proof = proofOf(Reason.Signature, old, genesis);
        rollup.prove(Reason.Signature, old, genesis, proof);
        assertEq(rollup.head().number, 0, "the claim under the old rules");
    }

    function test_prove_nothingWrong_reverts() public {
        BatchClaim[] memory claims = makeClaims(2);
        bytes memory proof = proofOf(Reason.Malformed, claims[1], claims[0]);
        vm.expectRevert(IProof.Proof_NothingWrong.selector);
        rollup.prove(Reason.Malformed, claims[2], claims[1], proof);
    }

    /// @dev A verifier's answer counts, not that it answers.
    function test_prove_otherAnswer_reverts() public {
        BatchClaim[] memory claims = makeClaims(1);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotShown.selector, rules().verifiers.messages));
        rollup.prove(Reason.Messages, claims[1], claims[0], "");
    }

    function test_prove_anotherClaim_reverts() public {
        BatchClaim[] memory claims = makeClaims(2);
        BatchClaim memory other = claims[2];
        other.claimer = address(this);
        bytes memory proof = proofOf(Reason.Malformed, other, claims[1]);
        bytes32 hash = keccak256(abi.encode(other));
        bytes32 kept = rollup.claimHash(2);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnotherClaim.selector, 2, hash, kept));
        rollup.prove(Reason.Malformed, other, claims[1], proof);
    }

    function test_prove_anotherParent_reverts() public {
        BatchClaim[] memory claims = makeClaims(2);
        bytes32 hash = keccak256(abi.encode(claims[0]));
        bytes memory proof = proofOf(Reason.Malformed, claims[2], claims[0]);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnotherClaim.selector, 0, hash, claims[2].parent));
        rollup.prove(Reason.Malformed, claims[2], claims[0], proof);
    }

    function test_prove_claimThatNoLongerStands_reverts() public {
        BatchClaim[] memory claims = makeClaims(3);
        bytes memory proof = proofOf(Reason.StateRoot, claims[3], claims[2]);
        remove(claims[2], claims[1]);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotContestable.selector, 3, 0, 1));
        rollup.prove(Reason.StateRoot, claims[3], claims[2], proof);
    }

    function test_prove_genesis_reverts() public {
        BatchClaim memory genesis = genesisClaim();
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotContestable.selector, 0, 0, 0));
        rollup.prove(Reason.StateRoot, genesis, genesis, "proof");
    }

    /// @dev The clock alone makes nothing final.
    function test_prove_worksUntilFinalize() public {
        BatchClaim[] memory claims = makeClaims(2);
        vm.warp(START + 5000);
        rollup.finalize(1);
        bytes memory proof = proofOf(Reason.StateRoot, claims[1], claims[0]);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotContestable.selector, 1, 1, 2));
        rollup.prove(Reason.StateRoot, claims[1], claims[0], proof);
        remove(claims[2], claims[1]);
        assertEq(rollup.head().number, 1, "the claim after the final one");
        assertEq(rollup.finalNumber(), 1, "final");
    }

    function test_removal_claimsTakenBackAreNeverFinal() public {
        BatchClaim[] memory claims = makeClaims(3);
        remove(claims[2], claims[1]);
        vm.warp(START + 5000);
        assertEq(rollup.finalize(10), 1, "latest final");
        assertTrue(!rollup.isFinalClaim(2, keccak256(abi.encode(claims[2]))), "a claim taken back");
    }

    function test_slashing_halfIsCreditedAndHalfStaysForEver() public {
        rollup.depositBondFor{value: 1}(CLAIMER);
        BatchClaim[] memory claims = makeClaims(2);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Slashed(CLAIMER, BOND + 1, BOND / 2);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Credited(PROVER, BOND / 2);
        _prove(claims[1], claims[0]);
        assertEq(bondOf(CLAIMER), 0, "the claimer's bond");
        assertEq(bondOf(BOND_OWNER), BOND, "that behind the key: what the claim says is not what it signed");
        assertEq(rollup.creditOf(PROVER), BOND / 2, "half");
        assertEq(rollup.burned(), BOND / 2 + 1, "the other half, rounded up");
        assertEq(address(rollup).balance, 2 * uint256(BOND) + 1, "all of it is there");
        vm.expectEmit(address(rollup));
        emit IRollupEvents.CreditWithdrawn(PROVER, address(0xCAFE), BOND / 2);
        vm.prank(PROVER);
        rollup.withdrawCredit(address(0xCAFE));
        assertEq(address(0xCAFE).balance, BOND / 2, "paid");
        vm.prank(PROVER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NoCredit.selector, PROVER));
        rollup.withdrawCredit(address(0xCAFE));
    }

    function test_slashing_paysOnce() public {
        BatchClaim[] memory claims = makeClaims(2);
        remove(claims[2], claims[1]);
        remove(claims[1], claims[0]);
        assertEq(rollup.creditOf(PROVER), BOND / 2, "one bond");
        assertEq(rollup.burned(), BOND / 2, "one bond burned");
        refuseClaim(nextRequest(), abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, CLAIMER, 0, BOND));
    }

    /// @dev Final up to a claim, its owner may begin to leave; a claim made and removed later takes what has not left.
    function test_slashing_takesABondOnItsWay() public {
        BatchClaim[] memory claims = makeClaims(2);
        remove(claims[2], claims[1]);
        rollup.depositBondFor{value: BOND}(CLAIMER);
        vm.warp(START + 601);
        rollup.finalize(1);
        vm.prank(CLAIMER);
        rollup.startBondExit();
        BatchClaim memory next = claimOf(nextRequest(), CLAIMER);
        makeClaim();
        vm.warp(START + 601 + 1200);
        vm.prank(CLAIMER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_BondLocked.selector, 0));
        rollup.withdrawBond(CLAIMER);
        remove(next, claims[1]);
        vm.prank(CLAIMER);
        vm.expectRevert(IRollupEvents.Rollup_NoBond.selector);
        rollup.withdrawBond(CLAIMER);
    }

    /// @dev A claim that fell with another's no longer holds its claimer.
    function test_bond_ofAClaimTakenBack_leaves() public {
        address other = address(0xC2);
        vm.prank(OPERATOR);
        rollup.setClaimer(other, true);
        rollup.depositBondFor{value: BOND}(other);
        BatchClaim[] memory claims = makeClaims(1);
        ClaimRequest memory request = nextRequest();
        bytes memory signature = seal(request.lastHeader, SEQUENCER_SECRET);
        vm.prank(other);
        rollup.claim(request, signature);
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ClaimPending.selector, 2));
        rollup.startBondExit();
        remove(claims[1], claims[0]);
        vm.prank(other);
        rollup.startBondExit();
        vm.warp(block.timestamp + 1200);
        vm.prank(other);
        rollup.withdrawBond(other);
        assertEq(other.balance, BOND, "its whole bond");
    }

    function test_credit_recipientThatRefuses_reverts() public {
        BatchClaim[] memory claims = makeClaims(1);
        remove(claims[1], claims[0]);
        vm.prank(PROVER);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupEvents.Rollup_PaymentFailed.selector, address(rollup), uint256(BOND) / 2)
        );
        rollup.withdrawCredit(address(rollup));
    }

    function _prove(BatchClaim memory claim, BatchClaim memory parent) private {
        bytes memory proof = proofOf(Reason.Operation, claim, parent);
        vm.prank(PROVER);
        rollup.prove(Reason.Operation, claim, parent, proof);
    }

    function _headAfter(BatchClaim memory claim) private view returns (ClaimHead memory) {
        return ClaimHead(
            claim.number,
            rollup.claimHash(claim.number),
            claim.lastHeader.number,
            claim.lastHeader.timestamp,
            claim.lastHeader.inboxCount,
            claim.lastHeader.segmentCount
        );
    }
}
