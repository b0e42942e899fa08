// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../../src/governance/Governed.sol";
import {IStakeVault} from "../../src/interfaces/IStakeVault.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

contract StakeVaultTest is EconomicsDeployed {
    function test_stake_leavesWithADelay() public {
        vm.deal(ALICE, 3 ether);
        vm.expectEmit(address(stakes));
        emit IStakeVault.Staked(BOB, ALICE, 3 ether);
        vm.prank(ALICE);
        stakes.stake{value: 3 ether}(BOB);
        uint64 leavesAt = uint64(START + 21 days);
        vm.expectEmit(address(stakes));
        emit IStakeVault.ExitStarted(BOB, 2 ether, leavesAt);
        vm.startPrank(BOB);
        stakes.startExit(2 ether);
        assertEq(stakes.stakeOf(BOB).staked, 1 ether, "staked");
        vm.warp(leavesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StakeVault_Locked.selector, leavesAt));
        stakes.withdraw(BOB);
        vm.warp(leavesAt);
        vm.expectEmit(address(stakes));
        emit IStakeVault.StakeWithdrawn(BOB, ALICE, 2 ether);
        stakes.withdraw(ALICE);
        assertEq(ALICE.balance, 2 ether, "paid");
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StakeVault_Locked.selector, 0));
        stakes.withdraw(BOB);
    }

    function test_anotherExit_waitsForAll() public {
        stake(ALICE, 3 ether);
        vm.startPrank(ALICE);
        stakes.startExit(1 ether);
        vm.warp(START + 20 days);
        stakes.startExit(1 ether);
        vm.warp(START + 40 days);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StakeVault_Locked.selector, START + 41 days));
        stakes.withdraw(ALICE);
    }

    /// @dev After the delay was lowered, one wei more does not shorten the wait of what left under the longer one.
    function test_anotherExit_shortensNoWait() public {
        vm.prank(GOVERNANCE);
        stakes.setUnbondingDelay(90 days);
        stake(ALICE, 10 ether);
        vm.prank(ALICE);
        uint64 promised = stakes.startExit(uint128(10 ether - 1));
        vm.prank(GOVERNANCE);
        stakes.setUnbondingDelay(1 days);
        vm.startPrank(ALICE);
        assertEq(stakes.startExit(1), promised, "the later of the two");
        vm.warp(promised - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StakeVault_Locked.selector, promised));
        stakes.withdraw(ALICE);
    }

    function test_slash_ofMoreThanThereIs_takesAll() public {
        stake(ALICE, 3 ether);
        vm.prank(ALICE);
        stakes.startExit(1 ether);
        vm.startPrank(GOVERNANCE);
        vm.expectEmit(address(stakes));
        emit IStakeVault.Slashed(ALICE, 3 ether, "why");
        assertEq(stakes.slash(ALICE, type(uint128).max, "why"), 3 ether, "taken");
        assertEq(stakes.slash(ALICE, 1, "why"), 0, "nothing more");
        assertEq(stakes.slashed(), 3 ether, "slashed");
    }

    function test_slash_takesWhatLeavesFirst() public {
        stake(ALICE, 3 ether);
        vm.prank(ALICE);
        stakes.startExit(1 ether);
        vm.prank(GOVERNANCE);
        vm.expectEmit(address(stakes));
        emit IStakeVault.Slashed(ALICE, 1.5 ether, "why");
        stakes.slash(ALICE, 1.5 ether, "why");
        assertEq(stakes.stakeOf(ALICE).leaving, 0, "leaving");
        assertEq(stakes.stakeOf(ALICE).staked, 1.5 ether, "staked");
        vm.expectEmit(address(stakes));
        emit IStakeVault.SlashedCollected(address(treasury), 1.5 ether);
        stakes.collectSlashed();
        assertEq(treasury.income(), 1.5 ether, "income");
        assertEq(address(stakes).balance, 1.5 ether, "balance");
    }

    function test_refusals() public {
        vm.expectRevert(IStakeVault.StakeVault_AmountZero.selector);
        stakes.stake(ALICE);
        vm.expectRevert(IStakeVault.StakeVault_AmountZero.selector);
        stakes.startExit(0);
        vm.expectRevert(IStakeVault.StakeVault_AmountZero.selector);
        stakes.collectSlashed();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.StakeVault_NotEnough.selector, address(this), 1, 0));
        stakes.startExit(1);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        stakes.slash(ALICE, 1, "");
        stake(ALICE, 1 ether);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(IStakeVault.StakeVault_AmountZero.selector);
        stakes.slash(ALICE, 0, "");
        vm.stopPrank();
        vm.prank(ALICE);
        stakes.startExit(1 ether);
        vm.warp(START + 21 days);
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.StakeVault_PaymentFailed.selector, address(pricing), 1 ether)
        );
        stakes.withdraw(address(pricing));
    }

    function test_setUnbondingDelay() public {
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        stakes.setUnbondingDelay(2 days);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "unbondingDelay", 3600, 1 days, 90 days)
        );
        stakes.setUnbondingDelay(3600);
        vm.expectEmit(address(stakes));
        emit IStakeVault.UnbondingDelaySet(2 days);
        stakes.setUnbondingDelay(2 days);
        assertEq(stakes.unbondingDelay(), 2 days, "delay");
    }
}
