// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {Deployed} from "./support/Deployed.sol";
import {Vm} from "./support/Vm.sol";

contract RollupFinalityTest is Deployed {
    function test_genesis_isFinal() public view {
        assertTrue(rollup.isFinal(0), "genesis");
        assertTrue(!rollup.isFinal(1), "nothing else");
        assertTrue(rollup.isFinalClaim(0, rollup.claimHash(0)), "genesis by hash");
        assertTrue(!rollup.isFinalClaim(0, bytes32("other")), "another hash");
    }

    function testFuzz_finalize_notBeforeItsWindow(uint32 wait) public {
        wait = uint32(clamp(wait, 0, 1200));
        bytes32 hash = makeClaim();
        vm.warp(START + wait);
        assertEq(rollup.finalize(10), wait >= 600 ? 1 : 0, "latest final");
        assertTrue(rollup.isFinal(1) == (wait >= 600), "isFinal");
        assertTrue(rollup.isFinalClaim(1, hash) == (wait >= 600), "isFinalClaim");
    }

    function test_finalize_walksClaimByClaim() public {
        bytes32[] memory hashes = new bytes32[](6);
        for (uint256 i = 1; i <= 5; ++i) {
            vm.warp(START + 100 * i);
            hashes[i] = makeClaim();
        }
        vm.warp(START + 100 * 3 + 600);
        assertEq(rollup.finalize(0), 0, "limit 0");
        vm.recordLogs();
        assertEq(rollup.finalize(2), 2, "limit 2");
        assertEq(rollup.finalize(10), 3, "as far as the windows");
        assertEq(rollup.finalize(10), 3, "nothing more");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "an event a claim");
        for (uint256 i; i < 3; ++i) {
            assertEq(logs[i].topics[0], IRollupEvents.Finalized.selector, "event");
            assertEq(uint256(logs[i].topics[1]), i + 1, "number");
            assertEq(logs[i].topics[2], hashes[i + 1], "hash");
        }
        vm.warp(START + 2000);
        assertEq(rollup.finalize(type(uint64).max), 5, "never beyond the head");
        assertTrue(!rollup.isFinal(6), "no claim 6");
        assertTrue(!rollup.isFinalClaim(6, 0), "no claim 6 with hash 0");
    }

    function testFuzz_finalize_anyoneMayCall(address caller) public {
        makeClaim();
        vm.warp(START + 600);
        vm.prank(caller);
        assertEq(rollup.finalize(1), 1, "latest final");
    }
}
