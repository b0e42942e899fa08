// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Governed} from "../../src/governance/Governed.sol";
import {IBulkPricing} from "../../src/interfaces/IBulkPricing.sol";
import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {BulkParameters, Reach} from "../../src/types/Economics.sol";
import {InviteQuote, InviteRequest} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

contract BulkPricingTest is EconomicsDeployed {
    function charge(address from, address payer, uint256 to) internal returns (uint256) {
        uint256 quoted = pricing.quote(from, payer, address(uint160(to)));
        uint256 part = pricing.charge(from, payer, address(uint160(to)));
        assertEq(part, quoted, "quote");
        return part;
    }

    function test_matureConsumer_paysTheBase() public {
        registerMature(ALICE);
        for (uint256 i = 1; i <= 16; ++i) {
            assertEq(charge(ALICE, ALICE, i), UNIT, "within the allowance");
        }
        uint256 last = UNIT;
        for (uint256 i = 17; i <= 60; ++i) {
            uint256 part = charge(ALICE, ALICE, i);
            assertTrue(part > last || part == 0.05 ether, "grows");
            last = part;
        }
        assertEq(last, 0.05 ether, "bounded");
        vm.warp(vm.getBlockTimestamp() + 7 days);
        assertEq(charge(ALICE, ALICE, 1), UNIT, "next epoch");
    }

    function test_growsByE() public {
        registerMature(ALICE);
        uint256 part;
        for (uint256 i = 1; i <= 20; ++i) {
            part = charge(ALICE, ALICE, i);
        }
        assertTrue(part > 2.718 * 0.0001 ether - 10 ** 11 && part < 2.7183 * 0.0001 ether, "a quarter of 16 beyond 16");
    }

    function test_sameInbox_countsAgain() public {
        registerMature(ALICE);
        for (uint256 i; i < 16; ++i) {
            assertEq(charge(ALICE, ALICE, 7), UNIT, "within the allowance");
        }
        assertTrue(charge(ALICE, ALICE, 7) > UNIT, "beyond it, though the inbox is the same");
        assertEq(pricing.reachOf(address(this), ALICE).invites, 17, "invites");
    }

    function test_newcomer_paysTheSurcharge() public {
        assertEq(charge(ALICE, ALICE, 1), 40 * UNIT, "not registered");
        register(ALICE);
        assertEq(charge(ALICE, ALICE, 2), 40 * UNIT, "registered now");
        vm.warp(vm.getBlockTimestamp() + 15 days);
        assertEq(charge(ALICE, ALICE, 3), 41 * UNIT / 2, "half of the way");
        vm.warp(vm.getBlockTimestamp() + 15 days);
        assertEq(charge(ALICE, ALICE, 4), UNIT, "mature");
    }

    function test_payer_countsSenders() public {
        address[] memory senders = new address[](12);
        for (uint256 i; i < 12; ++i) {
            senders[i] = address(uint160(0xC000 + i));
            register(senders[i]);
        }
        registerMature(GATEWAY);
        for (uint256 i; i < 12; ++i) {
            charge(senders[i], GATEWAY, 1);
            uint256 part = charge(senders[i], GATEWAY, 2);
            assertTrue(i < 8 ? part == UNIT : part > UNIT, "beyond eight senders");
        }
        assertEq(pricing.reachOf(address(this), GATEWAY).senders, 12, "each counts once");
    }

    function test_payer_answersForUnregistered() public {
        registerMature(GATEWAY);
        for (uint256 i = 1; i <= 8; ++i) {
            assertEq(charge(address(0xF1), GATEWAY, i), UNIT, "one key, eight invites");
        }
        assertTrue(charge(address(0xF1), GATEWAY, 9) > UNIT, "every invite counts as a sender");
        assertTrue(charge(address(0xF2), GATEWAY, 9) > UNIT, "a fresh key gains nothing");
        assertTrue(charge(address(0xF2), GATEWAY, 9) > UNIT, "nor does the same inbox again");
        assertEq(pricing.reachOf(address(this), GATEWAY).senders, 11, "every invite");
    }

    function test_payer_withStake_paysForMore() public {
        registerMature(GATEWAY);
        stake(GATEWAY, 1 ether);
        Reach memory reach = pricing.reachOf(address(this), GATEWAY);
        assertEq(reach.senderAllowance, 108, "senders");
        assertEq(reach.inviteAllowance, 116, "invites");
        for (uint256 i = 1; i <= 108; ++i) {
            assertEq(charge(address(uint160(0xF000 + i)), GATEWAY, i), UNIT, "within the staked allowance");
        }
        assertTrue(charge(address(0xF0), GATEWAY, 1) > UNIT, "beyond it");
    }

    /// @dev The greater growth counts, by the part of each allowance that it is beyond it, not by its number.
    function test_growth_isBesideTheAllowance() public {
        registerMature(ALICE);
        registerMature(GATEWAY);
        stake(ALICE, 1 ether);
        // The sender ten beyond 116, the payer two beyond eight.
        for (uint256 i = 1; i <= 126; ++i) {
            pricing.charge(ALICE, ALICE, address(uint160(i)));
        }
        for (uint256 i = 1; i <= 9; ++i) {
            address other = address(uint160(0xC000 + i));
            vm.mockCall(address(directory), abi.encodeCall(directory.registeredAt, (other)), abi.encode(uint64(START)));
            pricing.charge(other, GATEWAY, BOB);
        }
        uint256 part = charge(ALICE, GATEWAY, 999);
        // e^(4 * 2 / 8); by the sender it would be e^(4 * 11 / 116).
        assertTrue(part > 2.718 * 0.0001 ether - 10 ** 11 && part < 2.7183 * 0.0001 ether, "the payer's");
    }

    /// @dev The same the other way round: the payer one beyond 108, the sender eight beyond 16.
    function test_growth_ofTheSender_isTheGreater() public {
        registerMature(ALICE);
        registerMature(GATEWAY);
        stake(GATEWAY, 1 ether);
        for (uint256 i = 1; i <= 19; ++i) {
            pricing.charge(ALICE, ALICE, address(uint160(i)));
        }
        for (uint256 i = 1; i <= 112; ++i) {
            pricing.charge(address(uint160(0xC000 + i)), GATEWAY, BOB);
        }
        uint256 part = charge(ALICE, GATEWAY, 999);
        // e^(4 * 4 / 16); by the payer it would be e^(4 * 5 / 108).
        assertTrue(part > 2.718 * 0.0001 ether - 10 ** 11 && part < 2.7183 * 0.0001 ether, "the sender's");
    }

    function test_chargeStanding_isChargeWithoutAsking() public {
        registerMature(GATEWAY);
        stake(GATEWAY, 0.05 ether);
        address[2] memory senders = [GATEWAY, ALICE];
        for (uint256 i; i < 60; ++i) {
            address from = senders[i % 2];
            uint256 quoted = pricing.quote(from, GATEWAY, BOB);
            uint256 standing = pricing.standingOf(from);
            uint256 payers = pricing.standingOf(GATEWAY);
            assertEq(pricing.chargeStanding(from, GATEWAY, BOB, standing, payers), quoted, "the same");
        }
        assertEq(pricing.reachOf(address(this), GATEWAY).invites, 30, "counted");
        assertEq(pricing.reachOf(address(this), GATEWAY).senders, 30, "counted");
    }

    function test_unregisteredPayer_liftsNothing() public {
        registerMature(ALICE);
        assertEq(charge(ALICE, STRANGER, 1), UNIT, "the sender's repute");
        assertEq(charge(STRANGER, BOB, 1), 40 * UNIT, "neither has any");
    }

    function test_stakeOfUnregistered_countsNothing() public {
        stake(STRANGER, 10 ether);
        assertEq(charge(STRANGER, STRANGER, 1), 40 * UNIT, "stake without registration");
    }

    function test_countsPerCaller() public {
        registerMature(ALICE);
        for (uint256 i = 1; i <= 20; ++i) {
            charge(ALICE, ALICE, i);
        }
        vm.prank(STRANGER);
        assertEq(pricing.charge(ALICE, ALICE, 21 > 0 ? BOB : ALICE), UNIT, "another caller's count");
    }

    function test_inbox_addsTheNetworkPart() public {
        registerMature(sender);
        InviteRequest memory r = request(ALICE, 1);
        InviteQuote memory q = inbox.quote(r, sender, sender);
        assertEq(q.networkPart, UNIT, "network part");
        assertEq(q.fee, q.recipientPart + q.protocolPart + q.gatePart + q.networkPart, "sum of the parts");
        inviteAs(sender, r);
        assertEq(inbox.creditOf(address(treasury)), q.protocolPart + UNIT, "wholly to the treasury");
        assertEq(inbox.creditOf(ALICE), q.recipientPart, "the recipient's part is the gate's");
        vm.warp(vm.getBlockTimestamp() + 7 days);
        r = request(ALICE, 2);
        r.maxFee = q.fee - 1;
        vm.prank(sender);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_FeeAboveMax.selector, q.fee, q.fee - 1));
        inbox.invite{value: 1 ether}(r);
    }

    function test_setPricing() public {
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotGovernance.selector, address(this)));
        inbox.setPricing(NO_PRICING);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotAPricing.selector, ALICE));
        inbox.setPricing(IBulkPricing(ALICE));
        vm.expectEmit(address(inbox));
        emit IPublicInbox.PricingSet(address(0));
        inbox.setPricing(NO_PRICING);
        vm.stopPrank();
        assertEq(inbox.quote(request(ALICE, 1), sender, sender).networkPart, 0, "no pricing");
    }

    function test_pricingBeyondTheBound_isRefused() public {
        bytes memory call = abi.encodeCall(pricing.charge, (sender, sender, ALICE));
        vm.mockCall(address(pricing), call, abi.encode(0.1 ether + 1));
        InviteRequest memory r = request(ALICE, 1);
        vm.prank(sender);
        vm.expectRevert(
            abi.encodeWithSelector(IPublicInbox.PublicInbox_NetworkPartOutOfBounds.selector, 0.1 ether + 1, 0.1 ether)
        );
        inbox.invite{value: 1 ether}(r);
    }

    function test_setParameters() public {
        BulkParameters memory next = bulkParameters();
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        pricing.setParameters(next);
        (next.unit, next.epoch) = (uint128(UNIT) * 10, 1 days);
        (uint64 number,) = pricing.currentEpoch();
        vm.prank(GOVERNANCE);
        vm.expectEmit(address(pricing));
        emit IBulkPricing.BulkParametersSet(next);
        pricing.setParameters(next);
        assertEq(pricing.parameters().unit, UNIT * 10, "unit");
        (uint64 after_, uint64 endsAt) = pricing.currentEpoch();
        assertEq(after_, number + 1, "a new length begins a new epoch");
        assertEq(endsAt, vm.getBlockTimestamp() + 1 days, "end");
    }

    function test_timestampAsUnit_isRefused() public {
        BulkParameters memory next = bulkParameters();
        next.unit = uint128(START);
        vm.prank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "unit", UNIT, START));
        pricing.setParameters(next);
        next.unit = 10 ** 15 + 1;
        vm.prank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "unit", UNIT, 10 ** 15 + 1));
        pricing.setParameters(next);
        next = bulkParameters();
        next.steepness = 65;
        vm.prank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "steepness", 65, 1, 64));
        pricing.setParameters(next);
    }

    function test_noReputation_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_AddressZero.selector, "reputation"));
        new BulkPricing(GOVERNANCE, IReputation(address(0)), bulkParameters());
    }
}
