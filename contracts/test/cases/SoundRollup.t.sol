// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {BatchClaim, ClaimRequest} from "../../src/types/Batch.sol";
import {Signature, Withdraw} from "../../src/types/Operations.sol";
import {Account} from "../../src/types/State.sol";
import {Deployed} from "../support/Deployed.sol";
import {StateVectors} from "../support/StateVectors.sol";

contract SoundRollupTest is Deployed, StateVectors {
    BatchClaim private _claim;

    function setUp() public override {
        super.setUp();
        readVectors();
        vm.deal(address(inbox), 1000 ether);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.stateRoot = stateRoot();
        _claim = claimOf(request, CLAIMER);
        makeClaim(request);
        vm.warp(START + 600);
        rollup.finalize(1);
    }

    /// Bits beyond a field's width are refused, not cut: one event, one SSZ value.
    function testFuzz_sound_dirtyBits(uint256 word, uint8 which) public {
        Signature[] memory one = new Signature[](1);
        bytes memory data = abi.encodeCall(IInbox.forceWithdraw, (Withdraw(1, 2, 3, mwei(4)), one));
        uint256 field = which % 4;
        uint256 width = [uint256(8), 32, 64, 64][field];
        word = (word | (uint256(1) << width));
        assembly ("memory-safe") {
            mstore(add(add(data, 0x24), mul(field, 0x20)), word)
        }
        (bool done,) = address(inbox).call(data);
        assertTrue(!done, "taken");
        assertEq(inbox.count(), 0, "queued");
    }

    /// An account's proof serves for no other place: neither index nor shard nor revenue nor a shorter or longer branch.
    function testFuzz_sound_proofFitsItsPlaceOnly(uint32 index, uint8 shard, uint8 cut) public {
        AccountProof memory p = accountProof(0);
        shard = shard % 64;
        vm.assume(index != p.index || shard != p.shard);
        vm.expectRevert();
        inbox.withdraw(_claim, shard, index, p.account, p.branch, p.account.owner);
        bytes32[] memory shorter = new bytes32[](cut % 60);
        for (uint256 i; i < shorter.length && i < 45; ++i) {
            shorter[i] = p.branch[i];
        }
        if (shorter.length == 45) return;
        vm.expectRevert();
        inbox.withdraw(_claim, p.shard, p.index, p.account, shorter, p.account.owner);
        vm.expectRevert();
        inbox.collectRevenue(_claim, p.shard, p.account.withdrawn, p.branch);
    }

    /// Inner nodes of an account (its two halves) pass for no account: 12 siblings of a revenue cannot be stretched.
    function test_sound_revenueBranchIsNoAccount() public {
        RevenueProof memory r = revenueProof(0);
        vm.expectRevert();
        inbox.withdraw(_claim, r.shard, 0, Account(address(this), 0, mwei(0), mwei(1)), r.branch, address(this));
    }

    /// The bond answers until the evidence period after finality is over, whatever the claimer tries in between.
    function testFuzz_sound_bondStaysWhileItAnswers(uint32[8] memory waits, uint8[8] memory acts) public {
        uint256 lastFinalAt = vm.getBlockTimestamp();
        uint64 finalSeen = 1;
        for (uint256 i; i < 8; ++i) {
            vm.warp(vm.getBlockTimestamp() + waits[i] % 2000);
            uint8 act = acts[i] % 4;
            if (act == 0) {
                makeClaim();
            } else if (act == 1) {
                vm.prank(CLAIMER);
                try rollup.startBondExit() {} catch {}
            } else if (act == 2) {
                rollup.finalize(8);
            } else {
                (uint128 bond, uint64 lastClaim,) = rollup.bondOf(CLAIMER);
                vm.prank(CLAIMER);
                try rollup.withdrawBond(CLAIMER) {
                    assertTrue(bond != 0, "nothing to take");
                    assertTrue(lastClaim <= rollup.finalNumber(), "a claim is pending");
                    assertTrue(vm.getBlockTimestamp() >= lastFinalAt + 1200, "evidence period");
                } catch {}
                vm.deal(address(this), 100 ether);
                (bond,,) = rollup.bondOf(CLAIMER);
                if (bond < BOND) {
                    rollup.depositBondFor{value: BOND}(CLAIMER);
                }
            }
            if (rollup.finalNumber() > finalSeen) {
                finalSeen = rollup.finalNumber();
                lastFinalAt = vm.getBlockTimestamp();
            }
        }
    }
}
