// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, ClaimHead} from "../../src/types/Batch.sol";
import {Settings} from "../../src/types/Parameters.sol";
import {Contested} from "../support/Contested.sol";
import {Contestants} from "./Contestants.sol";

/// @dev What holds whatever `Contestants` do. `tools/mutants.ts` plants bugs and names the invariant that must find each.
contract ContestInvariantsTest is Contested {
    Contestants private _contestants;

    function setUp() public override {
        super.setUp();
        vm.startPrank(BOND_OWNER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(BOND_OWNER);
        vm.stopPrank();
        vm.startPrank(CLAIMER);
        rollup.startBondExit();
        vm.warp(START + 2400);
        rollup.withdrawBond(CLAIMER);
        vm.stopPrank();
        _contestants = new Contestants(rollup, genesisClaim(), [CLAIMER, BOND_OWNER, OPERATOR], SEQUENCER_SECRET);
    }

    /// @dev A short evidence period, so that a walk sees bonds leave.
    function settings() internal view override returns (Settings memory s) {
        s = super.settings();
        s.evidencePeriod = s.windows.challenge;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_contestants);
    }

    /// @dev One campaign for all, so that one walk is looked at from every side.
    function invariant_all() public view {
        assertEq(bytes(_contestants.broken()), "", _contestants.broken());
        checkEtherIsBondsDepositsCreditsAndBurned();
        checkHeadIsTheLatestStanding();
        checkNothingOpenIsFinal();
    }

    function afterInvariant() public view {
        checkNothingFinalChanges();
    }

    /// @dev A walk of its own, to see that the actions do not refuse one another for ever.
    function test_contestants_reachEveryAction() public {
        uint256 random = 1;
        for (uint256 i; i < 3000; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            _act(random % 20, random >> 8);
            if (i % 100 == 0) invariant_all();
        }
        afterInvariant();
        string[27] memory actions = [
            "passTime",
            "queue",
            "claim",
            "claimRefused",
            "prove",
            "proveRefused",
            "challenge",
            "challengePage",
            "challengeRefused",
            "answer",
            "answerAtLength",
            "answerRefused",
            "removeUnanswered",
            "removeUnansweredRefused",
            "refund",
            "refundRefused",
            "finalize",
            "equivocate",
            "equivocateUnbound",
            "withdrawCredit",
            "declareSilent",
            "rescue",
            "resume",
            "resumed",
            "exit",
            "exitRefused",
            "left"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertTrue(_contestants.calls(actions[i]) > 0, string.concat("never done: ", actions[i]));
        }
        assertTrue(_contestants.latestFinal() > 0, "claims made final");
        assertTrue(_contestants.lineages() > 5, "lineages");
    }

    function checkEtherIsBondsDepositsCreditsAndBurned() internal view {
        uint256 sum =
            _contestants.bondsWei() + _contestants.openWei() + _contestants.creditsWei() + _contestants.burnedWei();
        assertEq(address(rollup).balance, sum, "ether: held");
        (address[3] memory bonded, address[4] memory credited) = _contestants.accounts();
        uint256 bonds;
        for (uint256 i; i < bonded.length; ++i) {
            bonds += bondOf(bonded[i]);
        }
        assertEq(bonds, _contestants.bondsWei(), "ether: bonds");
        uint256 credits;
        for (uint256 i; i < credited.length; ++i) {
            credits += rollup.creditOf(credited[i]);
        }
        assertEq(credits, _contestants.creditsWei(), "ether: credits");
        assertEq(rollup.burned(), _contestants.burnedWei(), "ether: burned");
    }

    function checkHeadIsTheLatestStanding() internal view {
        BatchClaim memory latest = _contestants.head();
        bytes32 hash = keccak256(abi.encode(latest));
        ClaimHead memory expected = ClaimHead(
            latest.number,
            hash,
            latest.lastHeader.number,
            latest.lastHeader.timestamp,
            latest.lastHeader.inboxCount,
            latest.lastHeader.segmentCount
        );
        assertEq(abi.encode(rollup.head()), abi.encode(expected), "head");
        assertTrue(_contestants.everInForce(rollup.lineage()), "head: lineage");
        (,,, bool inRescue,) = rollup.silence();
        assertTrue(inRescue == _contestants.inRescue(), "head: in rescue");
    }

    function checkNothingOpenIsFinal() internal view {
        uint64 last = uint64(_contestants.claimsStanding());
        for (uint64 number = last > 6 ? last - 6 : 1; number <= last; ++number) {
            (uint32 open,,) = rollup.contestOf(number);
            assertEq(open, _contestants.openOf(number), "open: counted");
            assertTrue(open == 0 || !rollup.isFinal(number), "open: final");
        }
    }

    function checkNothingFinalChanges() internal view {
        uint64 latest = _contestants.latestFinal();
        assertEq(rollup.finalNumber(), latest, "final: latest");
        for (uint64 number; number <= latest; ++number) {
            assertTrue(rollup.isFinalClaim(number, _contestants.finalHashes(number)), "final: was final");
        }
    }

    function _act(uint256 which, uint256 random) private {
        if (which < 3) _contestants.passTime(random);
        else if (which == 3) _contestants.queue();
        else if (which < 7) _contestants.claim(random);
        else if (which == 7) random % 8 == 0 ? _contestants.prove(random >> 8, uint8(random)) : _contestants.finalize();
        else if (which < 10) _contestants.challenge(random >> 8, uint8(random), uint8(random >> 64), random >> 128);
        else if (which < 13) _contestants.answer(random, uint16(random >> 64), random >> 128);
        else if (which == 13) _contestants.removeUnanswered(random);
        else if (which == 14) _contestants.refund(random);
        else if (which == 15) _contestants.equivocate(uint64(random), bytes32(random));
        else if (which == 16) _contestants.withdrawCredit(random);
        else if (which == 17) _contestants.declareSilent();
        else if (which == 18) random % 2 == 0 ? _contestants.rescue(bytes32(random)) : _contestants.resume();
        else _contestants.leave(random);
    }
}
