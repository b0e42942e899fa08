// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../src/interfaces/IRollup.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {IRollupCore} from "../src/interfaces/IRollupCore.sol";
import {Deployed} from "./support/Deployed.sol";

/// @dev Tries to take its bond again while it is being paid.
contract GreedyClaimer {
    IRollup private immutable ROLLUP;
    bool public tookTwice;

    constructor(IRollup rollup) {
        ROLLUP = rollup;
    }

    function depositBond() external payable {
        ROLLUP.depositBondFor{value: msg.value}(address(this));
    }

    function startBondExit() external {
        ROLLUP.startBondExit();
    }

    function withdrawBond() external {
        ROLLUP.withdrawBond(address(this));
    }

    receive() external payable {
        (tookTwice,) = address(ROLLUP).call(abi.encodeCall(IRollupCore.withdrawBond, (address(this))));
    }
}

contract RollupBondTest is Deployed {
    address private constant RECIPIENT = address(0x4EC);

    function test_bond_leavesAfterEvidencePeriod() public {
        makeClaim();
        vm.startPrank(CLAIMER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ClaimPending.selector, 1));
        rollup.startBondExit();
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_BondLocked.selector, 0));
        rollup.withdrawBond(RECIPIENT);
        vm.warp(START + 700);
        rollup.finalize(1);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.BondExitStarted(CLAIMER, uint64(START + 1900));
        assertEq(rollup.startBondExit(), START + 1900, "an evidence period from now");
        vm.warp(START + 1899);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_BondLocked.selector, START + 1900));
        rollup.withdrawBond(RECIPIENT);
        vm.warp(START + 1900);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.BondWithdrawn(CLAIMER, RECIPIENT, BOND);
        rollup.withdrawBond(RECIPIENT);
        assertEq(RECIPIENT.balance, BOND, "wei");
        vm.expectRevert(IRollupEvents.Rollup_NoBond.selector);
        rollup.withdrawBond(RECIPIENT);
        vm.expectRevert(IRollupEvents.Rollup_NoBond.selector);
        rollup.startBondExit();
    }

    function test_bond_claimCancelsExit() public {
        vm.startPrank(CLAIMER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        vm.stopPrank();
        makeClaim();
        vm.startPrank(CLAIMER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_BondLocked.selector, 0));
        rollup.withdrawBond(RECIPIENT);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ClaimPending.selector, 1));
        rollup.startBondExit();
    }

    function test_bond_withdrawn_noMoreClaims() public {
        vm.startPrank(CLAIMER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(RECIPIENT);
        vm.stopPrank();
        refuseClaim(nextRequest(), abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, CLAIMER, 0, BOND));
    }

    /// @dev An exit ends with the bond that it was of.
    function test_bond_depositedAgain_waitsForAnotherExit() public {
        vm.deal(CLAIMER, BOND);
        vm.startPrank(CLAIMER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(RECIPIENT);
        rollup.depositBondFor{value: BOND}(CLAIMER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_BondLocked.selector, 0));
        rollup.withdrawBond(RECIPIENT);
    }

    function test_bond_noLongerClaimer_mayLeave() public {
        vm.prank(OPERATOR);
        rollup.setClaimer(CLAIMER, false);
        vm.startPrank(CLAIMER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(RECIPIENT);
        assertEq(RECIPIENT.balance, BOND, "wei");
    }

    function testFuzz_bond_addsUp(uint96 first, uint96 second) public {
        vm.assume(first > 0);
        address claimer = address(0xC3);
        vm.deal(claimer, uint256(first) + second);
        vm.startPrank(claimer);
        rollup.depositBondFor{value: first}(claimer);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.BondDeposited(claimer, second, uint256(first) + second);
        rollup.depositBondFor{value: second}(claimer);
        (uint128 bond,,) = rollup.bondOf(claimer);
        assertEq(bond, uint256(first) + second, "bond");
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(RECIPIENT);
        assertEq(RECIPIENT.balance, uint256(first) + second, "all of it");
        (uint128 mine,,) = rollup.bondOf(CLAIMER);
        assertEq(mine, BOND, "others' bonds stay");
    }

    function test_bond_reentered_paysOnce() public {
        GreedyClaimer greedy = new GreedyClaimer(rollup);
        vm.deal(address(this), BOND);
        greedy.depositBond{value: BOND}();
        greedy.startBondExit();
        vm.warp(START + 1200);
        greedy.withdrawBond();
        assertTrue(!greedy.tookTwice(), "second payment");
        assertEq(address(greedy).balance, BOND, "wei");
    }

    function test_bond_recipientRefuses_reverts() public {
        vm.startPrank(CLAIMER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_PaymentFailed.selector, address(this), BOND));
        rollup.withdrawBond(address(this));
    }
}
