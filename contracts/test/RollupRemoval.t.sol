// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../src/interfaces/IRollup.sol";
import {BatchClaim, ClaimHead, ClaimRequest} from "../src/types/Batch.sol";
import {IContestedRollup} from "./support/IContestedRollup.sol";
import {Deployed} from "./support/Deployed.sol";

/// @dev What stands in `Rollup` for proofs and challenges to come, driven by a contract that makes them up.
contract RollupRemovalTest is Deployed {
    function rollupArtifact() internal pure override returns (string memory) {
        return "ContestedRollup.sol:ContestedRollup";
    }

    function test_removal_chainGoesOnFromTheClaimLeftStanding() public {
        BatchClaim[] memory claims = _claims(3);
        ClaimHead memory left = _headAfter(claims[1]);
        bytes32 lineage = keccak256(abi.encode(bytes32(0), claims[2].parent, blockhash(block.number - 1)));
        vm.expectEmit(address(rollup));
        emit IRollup.Removed(1, claims[2].parent, lineage, 7);
        _contested().remove(claims[2], claims[1], 7);
        assertEq(abi.encode(rollup.head()), abi.encode(left), "head");
        assertEq(rollup.lineage(), lineage, "lineage");
        assertEq(rollup.lineages(lineage), claims[1].lastHeader.number + 1, "its first block");
        assertEq(rollup.lineages(0), 1, "first block of the first lineage");
        assertEq(rollup.lineages("other"), 0, "a lineage never in force");
        vm.expectRevert(abi.encodeWithSelector(IRollup.Rollup_UnknownClaim.selector, 2, 1));
        rollup.claimHash(2);
        ClaimRequest memory old = nextRequest();
        old.lineage = 0;
        refuseClaim(old, abi.encodeWithSelector(IRollup.Rollup_LineageMismatch.selector, 0, lineage));
        makeClaim();
        assertEq(rollup.head().number, 2, "the next claim");
    }

    function test_removal_claimsTakenBackAreNeverFinal() public {
        BatchClaim[] memory claims = _claims(3);
        _contested().remove(claims[2], claims[1], 1);
        vm.warp(START + 5000);
        assertEq(rollup.finalize(10), 1, "latest final");
        assertTrue(!rollup.isFinalClaim(2, keccak256(abi.encode(claims[2]))), "a claim taken back");
    }

    function test_finality_waitsForAnswersAndAPeriodAfterTheLast() public {
        BatchClaim[] memory claims = _claims(1);
        _contested().ask(1);
        _contested().ask(1);
        vm.warp(claims[1].claimedAt + 600);
        assertEq(rollup.finalize(1), 0, "two questions are open");
        _contested().answer(1);
        vm.warp(block.timestamp + 5000);
        assertEq(rollup.finalize(1), 0, "one question is open");
        _contested().answer(1);
        uint256 answeredAt = block.timestamp;
        vm.warp(answeredAt + 239);
        assertEq(rollup.finalize(1), 0, "time to prove from the answer");
        vm.warp(answeredAt + 240);
        assertEq(rollup.finalize(1), 1, "final");
    }

    function test_finality_anEarlyAnswerDoesNotShortenTheWindow() public {
        BatchClaim[] memory claims = _claims(1);
        _contested().ask(1);
        _contested().answer(1);
        vm.warp(claims[1].claimedAt + 599);
        assertEq(rollup.finalize(1), 0, "within the window");
        vm.warp(claims[1].claimedAt + 600);
        assertEq(rollup.finalize(1), 1, "final");
    }

    function _contested() private view returns (IContestedRollup) {
        return IContestedRollup(address(rollup));
    }

    /// @dev `count` claims, a second apart; the first of the array is genesis.
    function _claims(uint256 count) private returns (BatchClaim[] memory claims) {
        claims = new BatchClaim[](count + 1);
        claims[0].lastHeader = rollup.genesisHeader();
        claims[0].windows = settings().windows;
        claims[0].claimedAt = uint64(START);
        for (uint256 i = 1; i <= count; ++i) {
            vm.warp(START + i);
            claims[i] = claimOf(nextRequest(), CLAIMER);
            makeClaim();
        }
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
