// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {BulkParameters, ReputationParameters} from "../../src/types/Economics.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

contract EconomicsFuzzTest is EconomicsDeployed {
    /// @dev Any that are within the bounds.
    function parametersOf(uint256 seed) private pure returns (BulkParameters memory p) {
        p.unit = uint128(clamp(draw(seed, 0), 1 gwei, 10 ** 15));
        p.maxPart = uint128(clamp(draw(seed, 1), p.unit, 0.1 ether));
        p.base = uint128(clamp(draw(seed, 2), 0, p.maxPart));
        p.stakePerInvite = uint128(clamp(draw(seed, 3), 1 gwei, 100 ether));
        p.stakePerSender = uint128(clamp(draw(seed, 4), 1 gwei, 100 ether));
        p.epoch = uint32(clamp(draw(seed, 5), 5, 90 days));
        p.invites = uint32(clamp(draw(seed, 6), 1, seed % 2 == 0 ? 20 : 10 ** 6));
        p.senders = uint32(clamp(draw(seed, 7), 1, seed % 4 < 2 ? 20 : 10 ** 6));
        p.steepness = uint16(clamp(draw(seed, 8), 1, 64));
    }

    function draw(uint256 seed, uint256 which) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, which)));
    }

    function deployed(uint256 seed) private returns (BulkPricing) {
        return new BulkPricing(GOVERNANCE, reputation, parametersOf(seed));
    }

    function testFuzz_part_growsWithReach_andIsBounded(uint256 seed, uint96 staked) public {
        register(ALICE);
        if (staked != 0) stake(ALICE, staked);
        vm.warp(vm.getBlockTimestamp() + seed % 40 days);
        BulkPricing any = deployed(seed);
        BulkParameters memory p = any.parameters();
        uint256 last;
        for (uint256 i = 1; i <= 24; ++i) {
            uint256 part = any.charge(ALICE, ALICE, address(uint160(i)));
            assertTrue(part >= last, "grows with reach");
            assertTrue(part <= p.maxPart, "at most the greatest");
            assertTrue(part >= p.base, "at least the base");
            last = part;
        }
    }

    function testFuzz_payersPart_growsWithSenders(uint256 seed, uint96 staked) public {
        registerMature(GATEWAY);
        if (staked != 0) stake(GATEWAY, staked);
        BulkPricing any = deployed(seed);
        uint256 last;
        for (uint256 i = 1; i <= 24; ++i) {
            uint256 part = any.charge(address(uint160(0xF000 + i)), GATEWAY, ALICE);
            assertTrue(part >= last, "grows with the senders");
            last = part;
        }
    }

    /// @dev Neither sender nor payer pays more for having more repute, or less for having reached more.
    function testFuzz_surcharge_fallsWithAgeAndStake(uint256 seed, uint256 age, uint96 staked) public {
        ReputationParameters memory p = ReputationParameters({
            newcomer: uint32(clamp(draw(seed, 0), 10_000, 10 ** 7)),
            maturity: uint32(clamp(draw(seed, 1), 1 minutes, 730 days)),
            matureStake: uint128(clamp(draw(seed, 2), 10 ** 12, 1000 ether)),
            attestation: uint16(clamp(draw(seed, 3), 0, 10_000))
        });
        reputation = new Reputation(GOVERNANCE, directory, stakes, lists, p);
        register(ALICE);
        uint256 last = reputation.reputeOf(ALICE).surcharge;
        assertEq(last, p.newcomer, "newcomer");
        vm.warp(vm.getBlockTimestamp() + clamp(age, 0, 800 days));
        uint256 next = reputation.reputeOf(ALICE).surcharge;
        assertTrue(next <= last, "falls with age");
        stake(ALICE, uint256(staked) + 1);
        last = next;
        next = reputation.reputeOf(ALICE).surcharge;
        assertTrue(next <= last && next >= 10_000, "falls with stake, to the unit");
        vm.warp(vm.getBlockTimestamp() + p.maturity);
        assertEq(reputation.reputeOf(ALICE).surcharge, 10_000, "full repute");
    }

    function testFuzz_epochs_neverComeTwice(uint256 seed) public {
        BulkPricing any = deployed(seed);
        (uint64 last, uint64 endsAt) = any.currentEpoch();
        for (uint256 i; i < 20; ++i) {
            vm.warp(vm.getBlockTimestamp() + 1 hours + draw(seed, i) % 30 days);
            (uint64 number, uint64 end) = any.currentEpoch();
            bool ended = vm.getBlockTimestamp() >= endsAt;
            assertTrue(ended ? number > last : number == last, "an epoch lasts until its end");
            assertTrue(end > vm.getBlockTimestamp(), "which is ahead");
            BulkParameters memory p = any.parameters();
            uint256 epoch = p.epoch;
            p.epoch = uint32(clamp(draw(seed, i + 100), epoch < 50 ? 5 : epoch / 10 + 1, epoch));
            vm.prank(GOVERNANCE);
            any.setParameters(p);
            (last, endsAt) = any.currentEpoch();
            assertTrue(p.epoch == epoch ? last == number : last == number + 1, "another length, another epoch");
        }
    }
}
