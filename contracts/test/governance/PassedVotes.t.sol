// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {StakeVault} from "../../src/economics/StakeVault.sol";
import {Treasury} from "../../src/economics/Treasury.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {IStakeVault} from "../../src/interfaces/IStakeVault.sol";
import {CostPart, CostRecord, ReimbursementBounds} from "../../src/types/Economics.sol";
import {GovernanceDeployed} from "../support/GovernanceDeployed.sol";
import {RollupStub} from "../support/RollupStub.sol";

/// @title What was voted is not stopped by taking away a little of what it is about
contract PassedVotesTest is GovernanceDeployed {
    address private constant SPAMMER = address(0x59A3);
    address private constant OTHER = address(0x07E4);

    Treasury private _treasury;
    StakeVault private _stakes;

    function setUp() public {
        vm.warp(BEGIN);
        deployGovernance();
        _treasury =
            new Treasury(address(timelock), address(this), ReimbursementBounds(0.1 ether, 1 ether, 7 days, 8000));
        _stakes = new StakeVault(address(timelock), address(_treasury), 30 days);
        vm.deal(SPAMMER, 10 ether);
        vm.startPrank(SPAMMER);
        _stakes.stake{value: 10 ether}(SPAMMER);
        _stakes.startExit(1);
        vm.stopPrank();
        vm.warp(block.timestamp + 31 days);
    }

    function slashOf(address account, uint128 amount) private pure returns (bytes memory) {
        return abi.encodeCall(IStakeVault.slash, (account, amount, "spam"));
    }

    function test_slash_takesWhatIsLeft() public {
        (address[] memory targets, bytes[] memory calls) = (new address[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(_stakes), slashOf(SPAMMER, 10 ether));
        pass(targets, calls);
        vm.prank(SPAMMER);
        _stakes.withdraw(SPAMMER);
        execute(targets, calls);
        assertEq(_stakes.stakeOf(SPAMMER).staked, 0, "all of it");
        assertEq(_stakes.slashed(), 10 ether - 1, "slashed");
    }

    function test_slash_ofWhoIsGone_stopsNoOthers() public {
        vm.deal(OTHER, 1 ether);
        vm.prank(OTHER);
        _stakes.stake{value: 1 ether}(OTHER);
        vm.prank(SPAMMER);
        _stakes.startExit(uint128(10 ether - 1));
        vm.warp(vm.getBlockTimestamp() + 29 days);
        (address[] memory targets, bytes[] memory calls) = (new address[](2), new bytes[](2));
        (targets[0], calls[0]) = (address(_stakes), slashOf(SPAMMER, 10 ether));
        (targets[1], calls[1]) = (address(_stakes), slashOf(OTHER, 1 ether));
        pass(targets, calls);
        vm.prank(SPAMMER);
        _stakes.withdraw(SPAMMER);
        execute(targets, calls);
        assertEq(_stakes.slashed(), 1 ether, "the other's");
    }

    function test_spending_paysWhatThereIs() public {
        vm.deal(address(this), 1 ether);
        (bool paid,) = address(_treasury).call{value: 1 ether}("");
        assertTrue(paid, "income");
        RollupStub rollup = new RollupStub(address(_treasury));
        rollup.setFinal(9);
        _treasury.setRollup(IRollup(address(rollup)));
        (address[] memory targets, bytes[] memory calls) = (new address[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(_treasury), abi.encodeCall(_treasury.spend, (OTHER, 1 ether, "grant")));
        pass(targets, calls);
        CostRecord[] memory records = new CostRecord[](1);
        records[0] = CostRecord(1, CostPart.Core, 2, 1 gwei, "pointer");
        _treasury.recordCosts(records);
        execute(targets, calls);
        assertEq(OTHER.balance, 1 ether - 1 gwei, "but what is the operator's");
    }
}
