// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {BulkParameters} from "../../src/types/Economics.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

/// @title What an invite costs a consumer and a spammer, by the rules of docs/spec/economics.md
/// @dev The gate's fee of a quiet inbox is the unit, and so is the base: a consumer pays two units. Registration is 24 times
/// 12 flat invites an epoch, 4 epochs, two units.
contract SpamCostTest is EconomicsDeployed {
    uint256 private constant GATE_FEE = 10 ** 12;
    uint256 private constant CONSUMER = 2 * GATE_FEE;
    uint256 private constant REGISTRATION = 24 * 12 * 4 * CONSUMER;
    uint256 private constant EPOCHS_UNTIL_LISTED = 4;
    uint256 private constant TIMES = 20;

    uint256 private _fresh = 0xF0000;

    function setUp() public override {
        super.setUp();
        directory = new ContactDirectory(GOVERNANCE, address(treasury), verifier, REGISTRATION);
        reputation = new Reputation(GOVERNANCE, directory, stakes, lists, reputationParameters());
        BulkParameters memory p = bulkParameters();
        (p.base, p.unit, p.maxPart) = (uint128(GATE_FEE), uint128(GATE_FEE), 10 ** 15);
        (p.invites, p.senders, p.steepness) = (8, 4, 8);
        pricing = new BulkPricing(GOVERNANCE, reputation, p);
    }

    function fresh() private returns (address) {
        return address(uint160(_fresh++));
    }

    function enrolled(bool mature) private returns (address account) {
        account = fresh();
        vm.mockCall(
            address(directory),
            abi.encodeCall(directory.registeredAt, (account)),
            abi.encode(uint64(mature ? START - 30 days : vm.getBlockTimestamp()))
        );
    }

    /// @dev Invites `count` inboxes that nobody else invites; the gate's fee included.
    function spam(address from, address payer, uint256 count) private returns (uint256 cost) {
        for (uint256 i; i < count; ++i) {
            cost += GATE_FEE + pricing.charge(from, payer, fresh());
        }
    }

    function assertDear(uint256 cost, uint256 delivered, string memory who) private pure {
        assertTrue(cost >= TIMES * CONSUMER * delivered, who);
    }

    function test_consumer_isFlat() public {
        address consumer = enrolled(true);
        for (uint256 week; week < 10; ++week) {
            assertEq(spam(consumer, consumer, 8), 8 * CONSUMER, "eight new inboxes a week");
            vm.warp(vm.getBlockTimestamp() + 7 days);
        }
        address gateway = enrolled(true);
        for (uint256 i; i < 4; ++i) {
            assertEq(spam(enrolled(true), gateway, 8), 8 * CONSUMER, "through a gateway");
        }
    }

    function test_oneAddress_isDear() public {
        address spammer = fresh();
        assertDear(spam(spammer, spammer, 1), 1, "its first invite");
        assertDear(spam(spammer, spammer, 500), 500, "and all others");
        address mature = enrolled(true);
        assertDear(spam(mature, mature, 500), 500, "with full repute, in bulk");
    }

    function test_manyAddresses_areDear() public {
        uint256 own;
        uint256 common;
        uint256 registered;
        address payer = fresh();
        for (uint256 i; i < 100; ++i) {
            address each = fresh();
            own += spam(each, each, 8);
            common += spam(fresh(), payer, 8);
            each = enrolled(false);
            registered += REGISTRATION + spam(each, each, 8);
        }
        assertDear(own, 800, "each its own payer");
        assertDear(common, 800, "one payer for all");
        assertDear(registered, 800, "each registered, used at once");
    }

    function test_oneReputedPayer_forManyKeys_isDear() public {
        address payer = enrolled(true);
        uint256 cost;
        for (uint256 i; i < 100; ++i) {
            cost += spam(fresh(), payer, 1);
        }
        assertDear(cost, 100, "fresh keys");
        payer = enrolled(true);
        cost = 0;
        for (uint256 i; i < 100; ++i) {
            cost += spam(enrolled(true), payer, 1);
        }
        assertDear(cost + 100 * REGISTRATION, 100, "registered keys");
    }

    /// @dev Identities registered long before, each used for four epochs, at any rate, for itself and for keys: the rate at
    /// which such an invite is cheapest is among these.
    function test_patientSybil_isDear() public {
        for (uint256 own = 7; own <= 14; ++own) {
            for (uint256 keys = 0; keys <= 7; ++keys) {
                address spammer = enrolled(true);
                uint256 cost = REGISTRATION / EPOCHS_UNTIL_LISTED + spam(spammer, spammer, own);
                for (uint256 i; i < keys; ++i) {
                    cost += spam(fresh(), spammer, 1);
                }
                assertDear(cost, own + keys, "patient sybil");
            }
        }
    }
}
