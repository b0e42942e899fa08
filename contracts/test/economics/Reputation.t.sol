// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../../src/governance/Governed.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {ReputationParameters} from "../../src/types/Economics.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

contract ReputationTest is EconomicsDeployed {
    function trustAttester(uint32 quota) internal {
        vm.prank(GOVERNANCE);
        reputation.setAttester(attester, quota);
    }

    function surcharge(address account) internal view returns (uint32) {
        return reputation.reputeOf(account).surcharge;
    }

    function test_ageStakeAndAttestation_addUp() public {
        trustAttester(10);
        register(ALICE);
        assertEq(surcharge(ALICE), 400_000, "newcomer");
        stake(ALICE, 0.125 ether);
        assertEq(surcharge(ALICE), 302_500, "a quarter by stake");
        attest(ALICE);
        assertEq(surcharge(ALICE), 107_500, "and half by attestation");
        vm.warp(vm.getBlockTimestamp() + 7.5 days);
        assertEq(surcharge(ALICE), 10_000, "and a quarter by age");
        assertEq(reputation.reputeOf(ALICE).stake, 0.125 ether, "stake");
    }

    function test_unregistered_hasNone() public {
        trustAttester(10);
        stake(ALICE, 10 ether);
        attest(ALICE);
        assertEq(surcharge(ALICE), 400_000, "surcharge");
        assertEq(reputation.reputeOf(ALICE).stake, 0, "stake");
    }

    function test_deactivated_hasNone() public {
        registerMature(ALICE);
        assertEq(surcharge(ALICE), 10_000, "mature");
        vm.prank(ALICE);
        directory.changeOwner(ALICE, address(0));
        assertEq(surcharge(ALICE), 400_000, "deactivated");
    }

    function test_listed_hasNone() public {
        registerMature(ALICE);
        stake(ALICE, 1 ether);
        follow(publisher);
        publish(1, one(ALICE), new address[](0));
        assertTrue(reputation.reputeOf(ALICE).listed, "listed");
        assertEq(surcharge(ALICE), 400_000, "surcharge");
        assertEq(reputation.reputeOf(ALICE).stake, 0, "stake");
        vm.warp(validUntil());
        assertEq(surcharge(ALICE), 10_000, "a list that is not fresh says nothing");
    }

    function test_attestation_ends() public {
        trustAttester(10);
        register(ALICE);
        attest(ALICE);
        uint64 until = reputation.reputeOf(ALICE).attestedUntil;
        trustAttester(0);
        assertEq(reputation.reputeOf(ALICE).attestedUntil, 0, "attester no longer trusted");
        trustAttester(10);
        assertEq(reputation.reputeOf(ALICE).attestedUntil, until, "trusted again");
        vm.warp(until);
        assertEq(reputation.reputeOf(ALICE).attestedUntil, 0, "expired");
    }

    function test_attester_revokes() public {
        trustAttester(10);
        register(ALICE);
        attest(ALICE);
        vm.expectEmit(address(reputation));
        emit IReputation.AttestationRevoked(attester, ALICE, uint64(START));
        vm.prank(attester);
        reputation.revokeAttestation(ALICE);
        assertEq(reputation.reputeOf(ALICE).attestedUntil, 0, "revoked");
        uint64 now_ = uint64(START);
        bytes memory signature = attestation(ALICE, now_, now_ + 10);
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.Reputation_AttestationRevoked.selector, attester, ALICE, now_)
        );
        reputation.attest(attester, ALICE, now_, now_ + 10, signature);
    }

    function test_strangersRevocation_changesNothing() public {
        trustAttester(10);
        attest(ALICE);
        vm.prank(STRANGER);
        reputation.revokeAttestation(ALICE);
        assertTrue(reputation.reputeOf(ALICE).attestedUntil != 0, "stands");
    }

    function test_attest_refusals() public {
        uint64 now_ = uint64(START);
        bytes memory signature = attestation(ALICE, now_, now_ + 10);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotAttester.selector, attester));
        reputation.attest(attester, ALICE, now_, now_ + 10, signature);
        trustAttester(1);
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.Reputation_AttestationNotInForce.selector, now_ + 1, now_ + 10)
        );
        reputation.attest(attester, ALICE, now_ + 1, now_ + 10, signature);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AttestationNotInForce.selector, now_ - 9, now_));
        reputation.attest(attester, ALICE, now_ - 9, now_, signature);
        uint64 tooLong = now_ + 730 days + 1;
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AttestationNotInForce.selector, now_, tooLong));
        reputation.attest(attester, ALICE, now_, tooLong, signature);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_SignatureInvalid.selector, attester));
        reputation.attest(attester, BOB, now_, now_ + 10, signature);
        vm.expectEmit(address(reputation));
        emit IReputation.Attested(attester, ALICE, now_, now_ + 10);
        reputation.attest(attester, ALICE, now_, now_ + 10, signature);
        signature = attestation(BOB, now_, now_ + 10);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_QuotaUsed.selector, attester, 1));
        reputation.attest(attester, BOB, now_, now_ + 10, signature);
        vm.warp(START + 1 days);
        attest(BOB);
    }

    function test_governance() public {
        ReputationParameters memory next = reputationParameters();
        address[] memory many = new address[](5);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        reputation.setParameters(next);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        reputation.setAttester(attester, 1);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        reputation.setPublishers(many);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_PublisherCount.selector, 5, 4));
        reputation.setPublishers(many);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "quota", 100_001, 0, 100_000));
        reputation.setAttester(attester, 100_001);
        vm.expectEmit(address(reputation));
        emit IReputation.NetworkAttesterSet(attester, 5);
        reputation.setAttester(attester, 5);
        assertEq(reputation.quotaOf(attester), 5, "quota");
        vm.expectEmit(address(reputation));
        emit IReputation.NetworkPublishersSet(one(publisher));
        reputation.setPublishers(one(publisher));
        assertEq(reputation.publishers()[0], publisher, "publishers");
        next.attestation = 10_001;
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "attestation", 10_001, 0, 10_000));
        reputation.setParameters(next);
        next.attestation = 0;
        vm.expectEmit(address(reputation));
        emit IReputation.ReputationParametersSet(next);
        reputation.setParameters(next);
        assertEq(reputation.parameters().attestation, 0, "parameters");
        vm.stopPrank();
    }
}
