// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, ClaimHead, ClaimRequest} from "../src/types/Batch.sol";
import {Deployed} from "./support/Deployed.sol";

contract RollupClaimTest is Deployed {
    function test_claim_next_stands() public {
        ClaimRequest memory request = nextRequest();
        BatchClaim memory expected = claimOf(request, CLAIMER);
        vm.prank(CLAIMER);
        bytes32 hash = rollup.claim(request);
        assertEq(hash, keccak256(abi.encode(expected)), "hash of the claim");
        assertEq(rollup.claimHash(1), hash, "stored hash");
        ClaimHead memory head = rollup.head();
        assertEq(head.number, 1, "head's number");
        assertEq(head.blockNumber, 1, "head's block");
        assertEq(head.timestamp, request.lastHeader.timestamp, "head's timestamp");
    }

    function test_finalize_afterWindow_works() public {
        makeClaim();
        vm.warp(block.timestamp + 599);
        assertEq(rollup.finalize(10), 0, "one second early");
        vm.warp(block.timestamp + 1);
        assertEq(rollup.finalize(10), 1, "window passed");
    }
}
