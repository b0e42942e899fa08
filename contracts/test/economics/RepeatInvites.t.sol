// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {DemandGate} from "../../src/invites/DemandGate.sol";
import {PublicInbox} from "../../src/invites/PublicInbox.sol";
import {BulkParameters, ReputationParameters} from "../../src/types/Economics.sol";
import {DemandCurve, InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

/// @title Twenty times a consumer's cost, too, for who invites the same inboxes again and again
/// @dev Through the real inbox, gate and pricing, with the figures of the production preset.
contract RepeatInvitesTest is EconomicsDeployed {
    uint256 private constant MIN_FEE = 200 gwei;
    uint256 private constant BASE = 10 gwei;
    uint256 private constant C = MIN_FEE + BASE;
    uint256 private constant REGISTRATION = 0.001 ether;
    /// @dev Rule 3: 24 * (2 + 1) * epochs * C <= 0.001 ether.
    uint256 private constant EPOCHS_UNTIL_LISTED = 66;

    function setUp() public override {
        super.setUp();
        demandGate = new DemandGate(GOVERNANCE, DemandCurve(uint128(MIN_FEE), 0.001 ether, 20, 1 days, 40));
        directory = new ContactDirectory(GOVERNANCE, address(treasury), verifier, REGISTRATION);
        reputation = new Reputation(
            GOVERNANCE, directory, stakes, lists, ReputationParameters(10_000_000, 90 days, 10 ether, 10_000)
        );
        pricing = new BulkPricing(
            GOVERNANCE,
            reputation,
            BulkParameters(uint128(BASE), 150 gwei, 0.01 ether, 0.1 ether, 0.1 ether, 1 days, 2, 1, 16)
        );
        inbox = new PublicInbox(GOVERNANCE, address(treasury), verifier, demandGate, pricing, SHARE);
    }

    function enrolled(address account) private {
        vm.mockCall(
            address(directory), abi.encodeCall(directory.registeredAt, (account)), abi.encode(uint64(START - 90 days))
        );
        vm.deal(account, 1000 ether);
    }

    /// @dev Of one of the days until it is listed: so many invites into two inboxes, spread over the day.
    function costOn(uint256 day, uint256 invites) private returns (uint256) {
        address spammer = address(0x59A33E4);
        enrolled(spammer);
        uint256 paid;
        for (uint256 i; i < invites; ++i) {
            vm.warp(START + day * 1 days + 3600 + i * 2000);
            InviteRequest memory r = request(address(uint160(0xBEEF0000 + day * 16 + i % 2)), i);
            paid += inbox.quote(r, spammer, spammer).fee;
            vm.prank(spammer);
            inbox.invite{value: 0.1 ether}(r);
        }
        return (paid + REGISTRATION / EPOCHS_UNTIL_LISTED) / invites;
    }

    function test_patientSybil_twoInboxesAgainAndAgain() public {
        assertTrue(REGISTRATION >= 24 * 3 * EPOCHS_UNTIL_LISTED * C, "rule 3 holds");
        for (uint256 invites = 1; invites <= 40; ++invites) {
            assertTrue(costOn(invites, invites) >= 20 * C, "at least 20 c");
        }
    }

    /// @dev A payer of full repute, and one fresh key that invites one inbox again and again.
    function test_patientPayer_oneKeyAgainAndAgain() public {
        address payer = address(0x9A1E4);
        enrolled(payer);
        uint256 paid;
        for (uint256 i; i < 20; ++i) {
            SignedInvite memory signed = sign(request(ALICE, i), payer, type(uint256).max);
            paid += inbox.quote(signed.request, sender, payer).fee;
            vm.prank(payer);
            inbox.relay{value: 0.1 ether}(signed);
        }
        assertEq(pricing.reachOf(address(inbox), payer).senders, 20, "every invite is a sender");
        assertTrue(paid / 20 >= 20 * C, "at least 20 c");
    }
}
