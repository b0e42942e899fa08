// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Bounds} from "../libraries/Bounds.sol";

/// @title Governor of Parley
/// @notice OpenZeppelin's governor over the votes and the timelock, its settings within bounds. Times are seconds.
contract ParleyGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    uint256 private constant MAX_VOTING_DELAY = 14 days;
    uint256 private constant MIN_VOTING_PERIOD = 1 hours;
    uint256 private constant MAX_VOTING_PERIOD = 30 days;
    /// @dev In percent of the supply.
    uint256 private constant MIN_QUORUM = 1;
    uint256 private constant MAX_QUORUM = 50;
    /// @dev Part of the supply that a proposer must have at most.
    uint256 private constant MAX_THRESHOLD_PART = 20;

    /// @param delay Seconds from the proposal to the vote.
    /// @param period Seconds of the vote.
    /// @param threshold Votes that a proposer must have.
    /// @param quorumPercent Percent of the supply that must be for it or abstain.
    constructor(
        IVotes votes,
        TimelockController timelock_,
        uint48 delay,
        uint32 period,
        uint256 threshold,
        uint256 quorumPercent
    )
        Governor("Parley Governor")
        GovernorSettings(delay, period, threshold)
        GovernorVotes(votes)
        GovernorVotesQuorumFraction(quorumPercent)
        GovernorTimelockControl(timelock_)
    {
        _checkThreshold(threshold);
    }

    /// @notice Sets what a proposer must have, at most a twentieth of the supply. Only by a vote.
    function setProposalThreshold(uint256 newProposalThreshold) public override {
        _checkThreshold(newProposalThreshold);
        super.setProposalThreshold(newProposalThreshold);
    }

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _setVotingDelay(uint48 newVotingDelay) internal override {
        Bounds.check("votingDelay", newVotingDelay, 0, MAX_VOTING_DELAY);
        super._setVotingDelay(newVotingDelay);
    }

    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        Bounds.check("votingPeriod", newVotingPeriod, MIN_VOTING_PERIOD, MAX_VOTING_PERIOD);
        super._setVotingPeriod(newVotingPeriod);
    }

    function _updateQuorumNumerator(uint256 newQuorumNumerator) internal override {
        Bounds.check("quorum", newQuorumNumerator, MIN_QUORUM, MAX_QUORUM);
        super._updateQuorumNumerator(newQuorumNumerator);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function _checkThreshold(uint256 threshold) private view {
        uint256 supply = IERC20(address(token())).totalSupply();
        Bounds.check("proposalThreshold", threshold, 0, supply / MAX_THRESHOLD_PART);
    }
}
