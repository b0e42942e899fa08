// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {ClaimHead, ClaimRequest} from "../../src/types/Batch.sol";
import {Signature, Withdraw} from "../../src/types/Operations.sol";
import {Millis, Units} from "../../src/types/Units.sol";
import {Deployed} from "../support/Deployed.sol";

/// @dev H1, L4: how far forced inclusion binds.
contract SlowClockTest is Deployed {
    uint256 private constant VICTIM = 0xA11CE;

    /// @dev Expected until issue E builds silence and rescue, which end this whatever headers say. A forced exit is queued; for 400 days claims are made, one a day, each one block 250 ms after
    /// the last; all become final; none consumed the item; by the protocol's own rule the item is still not due.
    function test_expectedUntilE_forcedExitIsNeverDueOnASlowClock() public {
        address victim = vm.addr(VICTIM);
        vm.deal(victim, 10 ether);
        vm.startPrank(victim);
        uint32 account = inbox.deposit{value: 1 ether}(3, victim);
        Signature[] memory none = new Signature[](1);
        uint64 index = inbox.forceWithdraw(Withdraw(3, account, 0, mwei(10 ** 12)), none);
        vm.stopPrank();
        (, uint64 queuedAt,,) = inbox.itemAt(index);

        for (uint256 day = 1; day <= 400; ++day) {
            vm.warp(START + day * 1 days);
            makeClaim(); // one block, 250 ms after the last, consumes nothing
            rollup.finalize(type(uint64).max);
        }
        ClaimHead memory head = rollup.head();
        assertEq(head.number, 400, "claims");
        assertEq(rollup.finalNumber(), 399, "final");
        assertEq(head.inboxCount, 0, "the exit was never consumed");
        Millis forceDelay = rollup.parameters().forceDelayMs;
        // docs/spec/blocks.md: due when header.timestamp >= item time + forceDelay
        assertTrue(head.timestamp < Units.toMillis(uint40(queuedAt)) + forceDelay, "still not due after 400 days");
        assertEq(block.timestamp - queuedAt, 400 days, "on the L2's clock");
        assertTrue(block.timestamp - queuedAt > 57_000 * forceDelay.wide() / 1000, "57,000 force delays");
    }

    function test_claim_thatShowsThatItLeavesOutADueItem_isRefused() public {
        ClaimRequest memory request = _exitThenClaimAMonthLater();
        refuseClaim(request, abi.encodeWithSelector(IRollup.Rollup_DueItemLeftOut.selector, 0));
        request.lastHeader.inboxCount = 1;
        request.lastHeader.inboxHash = inbox.hashAt(1);
        makeClaim(request);
        assertEq(rollup.head().inboxCount, 1, "with the item");
    }

    function test_claim_itemDueAMillisecondLater_isTaken() public {
        ClaimRequest memory request = _exitThenClaimAMonthLater();
        Millis due = millis(START * 1000) + rollup.parameters().forceDelayMs;
        request.lastHeader.timestamp = due;
        refuseClaim(request, abi.encodeWithSelector(IRollup.Rollup_DueItemLeftOut.selector, 0));
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
        refuseClaim(request, abi.encodeWithSelector(IRollup.Rollup_DueItemLeftOut.selector, 63));
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
