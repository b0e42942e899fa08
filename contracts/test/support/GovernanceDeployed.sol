// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ParleyGovernor} from "../../src/governance/ParleyGovernor.sol";
import {ParleyTimelock} from "../../src/governance/ParleyTimelock.sol";
import {ParleyVotes} from "../../src/governance/ParleyVotes.sol";
import {Base} from "./Base.sol";

/// @title Votes that one holder has, a governor and a timelock
abstract contract GovernanceDeployed is Base {
    uint256 internal constant BEGIN = 1_800_000_000;
    uint256 internal constant SUPPLY = 10 ** 27;
    address internal constant HOLDER = address(0x401DE);

    ParleyVotes internal votes;
    ParleyTimelock internal timelock;
    ParleyGovernor internal governor;

    function deployGovernance() internal {
        votes = new ParleyVotes(HOLDER, SUPPLY);
        timelock = new ParleyTimelock(2 days, 1 days, address(this));
        governor = new ParleyGovernor(votes, timelock, 1 days, 5 days, SUPPLY / 100, 4, 2 days);
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        vm.prank(HOLDER);
        votes.delegate(HOLDER);
        vm.warp(vm.getBlockTimestamp() + 1);
    }

    function propose(address[] memory targets, bytes[] memory calls) internal returns (uint256) {
        vm.prank(HOLDER);
        return governor.propose(targets, new uint256[](targets.length), calls, "because");
    }

    /// @dev Up to where it may be executed.
    function pass(address[] memory targets, bytes[] memory calls) internal {
        uint256 id = propose(targets, calls);
        vm.warp(vm.getBlockTimestamp() + 1 days + 1);
        vm.prank(HOLDER);
        governor.castVote(id, 1);
        vm.warp(vm.getBlockTimestamp() + 5 days + 1);
        governor.queue(targets, new uint256[](targets.length), calls, keccak256("because"));
        vm.warp(vm.getBlockTimestamp() + 2 days);
    }

    function execute(address[] memory targets, bytes[] memory calls) internal {
        governor.execute(targets, new uint256[](targets.length), calls, keccak256("because"));
    }
}
