// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IReputation} from "../../src/interfaces/IReputation.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

/// @title Attesters do not undo one another, and no day's quota is used up by what lay about
contract AttestationsTest is EconomicsDeployed {
    /// @dev Keys of attesters.
    uint256 private constant KEYS = 0xA700;

    function by(uint256 i) private pure returns (address) {
        return vm.addr(KEYS + i);
    }

    function trust(uint256 i, uint32 quota) private {
        vm.prank(GOVERNANCE);
        reputation.setAttester(by(i), quota);
    }

    function attestBy(uint256 i, uint64 issuedAt, uint64 expiresAt) private {
        bytes memory signature = attestationOf(by(i), KEYS + i, ALICE, issuedAt, expiresAt);
        reputation.attest(by(i), ALICE, issuedAt, expiresAt, signature);
    }

    function until() private view returns (uint256) {
        return reputation.reputeOf(ALICE).attestedUntil;
    }

    function test_longerWord_revoked_leavesTheOthers() public {
        trust(0, 1);
        trust(1, 1);
        attestBy(0, uint64(START), uint64(START + 100 days));
        attestBy(1, uint64(START), uint64(START + 100 days + 1));
        assertEq(until(), START + 100 days + 1, "the latest end");
        vm.prank(by(1));
        reputation.revokeAttestation(ALICE);
        assertEq(until(), START + 100 days, "what the first said, without its saying it again");
    }

    function test_anyOfSeveral_revokes_onlyItsOwn() public {
        for (uint256 revoked; revoked < 4; ++revoked) {
            uint256 left = 10 * (revoked + 1);
            for (uint256 i; i < 4; ++i) {
                trust(left + i, 1);
                attestBy(left + i, uint64(vm.getBlockTimestamp()), uint64(START + left * 10 days + i));
            }
            assertEq(until(), START + left * 10 days + 3, "the latest of four");
            for (uint256 i; i < 4; ++i) {
                uint256 who = (revoked + i) % 4;
                vm.prank(by(left + who));
                reputation.revokeAttestation(ALICE);
                assertTrue(i == 3 ? until() == 0 : until() >= START + left * 10 days, "the others stand");
            }
            vm.warp(vm.getBlockTimestamp() + 1);
        }
    }

    function test_fifthAttester_waitsForAPlace() public {
        for (uint256 i; i < 5; ++i) {
            trust(i, 5);
        }
        for (uint256 i; i < 4; ++i) {
            attestBy(i, uint64(START), uint64(START + 10 days + i));
        }
        bytes memory signature = attestationOf(by(4), KEYS + 4, ALICE, uint64(START), uint64(START + 50 days));
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_TooManyAttestations.selector, ALICE, 4));
        reputation.attest(by(4), ALICE, uint64(START), uint64(START + 50 days), signature);
        trust(2, 0);
        reputation.attest(by(4), ALICE, uint64(START), uint64(START + 50 days), signature);
        assertEq(until(), START + 50 days, "in the place of one that is trusted no more");
        trust(2, 5);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_TooManyAttestations.selector, ALICE, 4));
        attestBy(2, uint64(START), uint64(START + 60 days));
    }

    function test_sameAttester_onlyLonger() public {
        trust(0, 5);
        attestBy(0, uint64(START), uint64(START + 10 days));
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.Reputation_AttestationNotLonger.selector, by(0), ALICE, START + 10 days)
        );
        attestBy(0, uint64(START), uint64(START + 10 days));
        attestBy(0, uint64(START), uint64(START + 11 days));
        assertEq(until(), START + 11 days, "renewed");
        vm.prank(by(0));
        reputation.revokeAttestation(ALICE);
        assertEq(until(), 0, "no older one is left");
    }

    function test_shorterWord_ofAnother_isKept() public {
        trust(0, 1);
        trust(1, 1);
        attestBy(0, uint64(START), uint64(START + 100 days));
        attestBy(1, uint64(START), uint64(START + 50 days));
        trust(0, 0);
        assertEq(until(), START + 50 days, "for when the longer counts no more");
    }

    function test_expired_makesRoom() public {
        for (uint256 i; i < 5; ++i) {
            trust(i, 5);
            if (i < 4) attestBy(i, uint64(START), uint64(START + 1 days + i));
        }
        vm.warp(START + 1 days);
        attestBy(4, uint64(START), uint64(START + 2 days));
        assertEq(until(), START + 2 days, "in the place of the expired");
    }

    /// @dev One signed a day, all posted at once on a later day.
    function test_hoarded_countOnTheDaysOfTheirIssue() public {
        vm.prank(GOVERNANCE);
        reputation.setAttester(attester, 1);
        uint64 start = uint64(START);
        vm.warp(START + 6 days);
        for (uint64 day; day < 6; ++day) {
            bytes memory signature = attestation(address(uint160(0x5B11 + day)), start + day * 1 days, start + 99 days);
            reputation.attest(
                attester, address(uint160(0x5B11 + day)), start + day * 1 days, start + 99 days, signature
            );
        }
        attest(ALICE);
        assertEq(until(), START + 106 days, "today's quota is today's");
        bytes memory second = attestation(BOB, start + 3 days, start + 99 days);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_QuotaUsed.selector, attester, 1));
        reputation.attest(attester, BOB, start + 3 days, start + 99 days, second);
    }

    function test_oldOnes_areNotPosted() public {
        trust(0, 5);
        vm.warp(START + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AttestationTooOld.selector, START, 7 days));
        attestBy(0, uint64(START), uint64(START + 99 days));
        attestBy(0, uint64(START) + 1, uint64(START + 99 days));
    }
}
