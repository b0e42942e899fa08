// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Governor of Parley
/// @notice OpenZeppelin's governor over the votes and the timelock, its settings within bounds. Times are seconds.
/// @dev A proposal whose description ends in `#proposer=0x…` can be made by that account alone. Without it anyone who sees it
/// coming may make it first and cancel it, for ever.
contract ParleyGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorPreventLateQuorum,
    GovernorTimelockControl
{
    /// @notice Thrown when the timelock is to be another: every contract is governed by this one for ever.
    error ParleyGovernor_TimelockIsFixed();

    uint256 private constant MAX_VOTING_DELAY = 14 days;
    uint256 private constant MIN_VOTING_PERIOD = 1 hours;
    uint256 private constant MAX_VOTING_PERIOD = 30 days;
    /// @dev An extension is this to the whole voting period.
    uint256 private constant MIN_EXTENSION = 10 minutes;
    /// @dev In percent of the supply.
    uint256 private constant MIN_QUORUM = 1;
    uint256 private constant MAX_QUORUM = 50;
    /// @dev Part of the supply that a proposer must have at most.
    uint256 private constant MAX_THRESHOLD_PART = 20;

    /// @param delay Seconds from the proposal to the vote.
    /// @param period Seconds of the vote.
    /// @param threshold Votes that a proposer must have.
    /// @param quorumPercent Percent of the supply that must be for it or abstain.
    /// @param extension Seconds that remain at least to vote once the quorum is there.
    constructor(
        IVotes votes,
        TimelockController timelock_,
        uint48 delay,
        uint32 period,
        uint256 threshold,
        uint256 quorumPercent,
        uint48 extension
    )
        Governor("Parley Governor")
        GovernorSettings(delay, period, threshold)
        GovernorVotes(votes)
        GovernorVotesQuorumFraction(quorumPercent)
        GovernorPreventLateQuorum(extension)
        GovernorTimelockControl(timelock_)
    {
        _checkThreshold(threshold);
    }

    /// @notice Sets what a proposer must have, at most a twentieth of the supply. Only by a vote.
    function setProposalThreshold(uint256 newProposalThreshold) public override {
        _checkThreshold(newProposalThreshold);
        super.setProposalThreshold(newProposalThreshold);
    }

    /// @notice Refused.
    function updateTimelock(TimelockController) public pure override {
        revert ParleyGovernor_TimelockIsFixed();
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

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
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

    function _setLateQuorumVoteExtension(uint48 newVoteExtension) internal override {
        Bounds.check("extension", newVoteExtension, MIN_EXTENSION, _maxLateQuorumVoteExtension());
        super._setLateQuorumVoteExtension(newVoteExtension);
    }

    function _updateQuorumNumerator(uint256 newQuorumNumerator) internal override {
        Bounds.check("quorum", newQuorumNumerator, MIN_QUORUM, MAX_QUORUM);
        super._updateQuorumNumerator(newQuorumNumerator);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    /// @dev As every signature here is checked: OpenZeppelin's own check refuses EOAs that delegate (EIP-7702).
    function _validateVoteSig(uint256 proposalId, uint8 support, address voter, bytes memory signature)
        internal
        override
        returns (bool)
    {
        bytes32 structHash = keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, _useNonce(voter)));
        return Signatures.isValid(voter, _hashTypedDataV4(structHash), signature);
    }

    function _validateExtendedVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory params,
        bytes memory signature
    ) internal override returns (bool) {
        bytes32 structHash = keccak256(
            abi.encode(
                EXTENDED_BALLOT_TYPEHASH,
                proposalId,
                support,
                voter,
                _useNonce(voter),
                keccak256(bytes(reason)),
                keccak256(params)
            )
        );
        return Signatures.isValid(voter, _hashTypedDataV4(structHash), signature);
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
