// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupEvents} from "../../src/interfaces/IRollupEvents.sol";
import {BatchClaim, ClaimHead, ClaimRequest} from "../../src/types/Batch.sol";
import {RescuedItem, RescuedRun, RescueRequest} from "../../src/types/Contests.sol";
import {Signature, Withdraw} from "../../src/types/Operations.sol";
import {Millis, Units} from "../../src/types/Units.sol";
import {Deployed} from "../support/Deployed.sol";

/// @dev H1, L4: how far forced inclusion binds.
contract SlowClockTest is Deployed {
    /// @dev A forced exit is queued; for 400 days claims are made, one a day, each one block 250 ms after the last; none consumed
    /// the item, for by the headers' clock it is not due. By the L2's it waits for too long, and anyone may execute it.
    function test_forcedExit_onASlowClock_isRescued() public {
        inbox.forceWithdraw(Withdraw(3, 0, 0, mwei(10 ** 12)), new Signature[](1));
        (, uint64 queuedAt,,) = inbox.itemAt(0);
        BatchClaim memory parent;
        for (uint256 day = 1; day <= 400; ++day) {
            vm.warp(START + day * 1 days);
            parent = claimOf(nextRequest(), CLAIMER);
            makeClaim(); // one block, 250 ms after the last, consumes nothing
            rollup.finalize(type(uint64).max);
        }
        ClaimHead memory head = rollup.head();
        assertEq(head.number, 400, "claims");
        assertEq(head.inboxCount, 0, "the exit was never consumed");
        Millis forceDelay = rollup.parameters().forceDelayMs;
        assertTrue(head.timestamp < Units.toMillis(uint40(queuedAt)) + forceDelay, "not due after 400 days");
        vm.warp(rollup.declareSilent());
        RescueRequest memory request;
        request.parent = parent;
        request.timestamp = Units.now_();
        request.inboxCount = 1;
        request.runs = new RescuedRun[](1);
        request.runs[0] = RescuedRun(3, new RescuedItem[](1));
        rollup.depositBondFor{value: 1 ether}(address(this));
        rollup.rescue(request);
        assertEq(rollup.head().inboxCount, 1, "consumed");
    }

    function test_claim_thatShowsThatItLeavesOutADueItem_isRefused() public {
        ClaimRequest memory request = _exitThenClaimAMonthLater();
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_DueItemLeftOut.selector, 0));
        request.lastHeader.inboxCount = 1;
        request.lastHeader.inboxHash = inbox.hashAt(1);
        makeClaim(request);
        assertEq(rollup.head().inboxCount, 1, "with the item");
    }

    function test_claim_itemDueAMillisecondLater_isTaken() public {
        ClaimRequest memory request = _exitThenClaimAMonthLater();
        Millis due = millis(START * 1000) + rollup.parameters().forceDelayMs;
        request.lastHeader.timestamp = due;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_DueItemLeftOut.selector, 0));
        request.lastHeader.timestamp = due - millis(1);
        makeClaim(request);
    }

    /// @dev A block takes 64 at most, so more than that may be due and left.
    function test_claim_thatTookAsManyAsABlockMay_mayLeaveDueItems() public {
        for (uint256 i; i < 66; ++i) {
            inbox.forceWithdraw(Withdraw(3, 0, uint64(i), mwei(10 ** 12)), new Signature[](1));
        }
        ClaimRequest memory request = _aMonthLater();
        request.lastHeader.inboxCount = 63;
        request.lastHeader.inboxHash = inbox.hashAt(63);
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_DueItemLeftOut.selector, 63));
        request.lastHeader.inboxCount = 64;
        request.lastHeader.inboxHash = inbox.hashAt(64);
        makeClaim(request);
    }

    function _exitThenClaimAMonthLater() private returns (ClaimRequest memory) {
        inbox.forceWithdraw(Withdraw(3, 0, 0, mwei(10 ** 12)), new Signature[](1));
        return _aMonthLater();
    }

    function _aMonthLater() private returns (ClaimRequest memory request) {
        vm.warp(START + 30 days);
        request = nextRequest();
        request.lastHeader.timestamp = Units.now_();
    }
}
