// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupOperator} from "../../src/governance/RollupOperator.sol";
import {IRollupEvents} from "../../src/interfaces/IRollupEvents.sol";
import {IRollupOperator} from "../../src/interfaces/IRollupOperator.sol";
import {RescueRequest, RescuedItem, RescuedRun} from "../../src/types/Contests.sol";
import {Signature, Withdraw} from "../../src/types/Operations.sol";
import {Settings} from "../../src/types/Parameters.sol";
import {Units} from "../../src/types/Units.sol";
import {Deployed} from "../support/Deployed.sol";

/// @title What the agent's one key can stop, and for how long
contract HaltedExitsTest is Deployed {
    address private constant AGENT = address(0xA6);
    address private constant OTHER = address(0x07E4);

    RollupOperator private _operator;

    function setUp() public override {
        super.setUp();
        _operator = new RollupOperator(GOVERNANCE, AGENT);
        Settings memory s = settings();
        s.operator = address(_operator);
        rollup = deploy(s);
        inbox = rollup.inbox();
        rollup.depositBondFor{value: BOND}(CLAIMER);
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
    }

    function take(address claimer) private {
        vm.prank(AGENT);
        _operator.setClaimer(rollup, claimer, false);
    }

    function vote(address claimer, bool allowed) private {
        vm.prank(GOVERNANCE);
        _operator.setClaimer(rollup, claimer, allowed);
    }

    function expectSuspended(uint256 until) private {
        vm.prank(AGENT);
        vm.expectRevert(abi.encodeWithSelector(IRollupOperator.RollupOperator_AgentSuspended.selector, until));
    }

    function test_rightGivenBackByVote_isNotTakenAgain() public {
        take(CLAIMER);
        assertTrue(!rollup.isClaimer(CLAIMER), "taken at once");
        vm.warp(vm.getBlockTimestamp() + 8 days);
        uint64 until = uint64(vm.getBlockTimestamp() + 60 days);
        vm.expectEmit(address(_operator));
        emit IRollupOperator.AgentSuspended(until);
        vote(CLAIMER, true);
        expectSuspended(until);
        _operator.setClaimer(rollup, CLAIMER, false);
        expectSuspended(until);
        _operator.setClaimer(rollup, OTHER, false);
        makeClaim();
        vm.warp(until - 1);
        expectSuspended(until);
        _operator.setClaimer(rollup, CLAIMER, false);
        vm.warp(until);
        take(CLAIMER);
        assertTrue(!rollup.isClaimer(CLAIMER), "when its time is over");
    }

    function test_suspension_leavesGovernanceAndQuotes() public {
        take(CLAIMER);
        vote(CLAIMER, true);
        vote(CLAIMER, false);
        assertTrue(!rollup.isClaimer(CLAIMER), "a vote takes rights as ever");
        vm.prank(GOVERNANCE);
        _operator.setAgent(OTHER);
        assertEq(_operator.suspendedUntil(), 0, "a new agent is not suspended");
        vm.prank(OTHER);
        _operator.setClaimer(rollup, CLAIMER, false);
    }

    function test_rightTakenByVote_suspendsNobodyWhenGivenBack() public {
        take(CLAIMER);
        vote(CLAIMER, false);
        vote(CLAIMER, true);
        assertEq(_operator.suspendedUntil(), 0, "the vote had confirmed it");
        vote(OTHER, true);
        assertEq(_operator.suspendedUntil(), 0, "nor does a claimer that was none before");
        take(OTHER);
    }

    /// @dev Nobody may claim, and what is queued is executed all the same once it has waited for too long.
    function test_exitsGoOnWithoutAClaimer() public {
        inbox.forceWithdraw(Withdraw(3, 0, 0, mwei(10)), new Signature[](1));
        take(CLAIMER);
        vm.warp(vm.getBlockTimestamp() + settings().contest.silenceLimit + 1);
        refuseClaim(nextRequest(), OTHER, abi.encodeWithSelector(IRollupEvents.Rollup_NotClaimer.selector, OTHER));
        vm.warp(rollup.declareSilent());
        rollup.depositBondFor{value: settings().contest.rescueBond}(OTHER);
        RescueRequest memory request;
        request.parent = genesisClaim();
        request.timestamp = Units.now_();
        request.inboxCount = 1;
        request.runs = new RescuedRun[](1);
        request.runs[0] = RescuedRun(3, new RescuedItem[](1));
        vm.prank(OTHER);
        rollup.rescue(request);
        assertEq(rollup.head().inboxCount, 1, "executed");
    }
}
