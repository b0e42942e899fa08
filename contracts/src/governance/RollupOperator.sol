// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../interfaces/IInbox.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {IRollupOperator} from "../interfaces/IRollupOperator.sol";
import {SequencerKey} from "../types/Parameters.sol";
import {Governed} from "./Governed.sol";
import {Mwei} from "../types/Units.sol";

/// @title Operator of a rollup, under the governance
/// @dev Errors, events and what each function promises stand in `IRollupOperator`.
contract RollupOperator is IRollupOperator, Governed {
    /// @dev Longer than several votes after one another.
    uint64 private constant SUSPENSION = 60 days;

    /// @inheritdoc IRollupOperator
    address public agent;
    /// @inheritdoc IRollupOperator
    uint64 public suspendedUntil;
    /// @dev Claimers whose right the agent took, until a vote decides about them.
    mapping(IRollup rollup => mapping(address claimer => bool)) private _taken;

    constructor(address governance_, address agent_) Governed(governance_) {
        _setAgent(agent_);
    }

    /// @inheritdoc IRollupOperator
    function setClaimer(IRollup rollup, address claimer, bool allowed) external {
        if (allowed || msg.sender != agent) _checkGovernance();
        else _checkSuspension();
        if (allowed && _taken[rollup][claimer]) _suspend();
        _taken[rollup][claimer] = msg.sender != governance;
        rollup.setClaimer(claimer, allowed);
    }

    /// @inheritdoc IRollupOperator
    function announceSequencer(IRollup rollup, SequencerKey calldata entry) external {
        _checkGovernance();
        rollup.announceSequencer(entry);
    }

    /// @inheritdoc IRollupOperator
    function resume(IRollup rollup) external {
        if (msg.sender != agent) _checkGovernance();
        rollup.resume();
    }

    /// @inheritdoc IRollupOperator
    function pushDataQuote(IInbox inbox, Mwei coreByte, Mwei witnessByte) external returns (uint64) {
        if (msg.sender != agent) revert RollupOperator_NotAgent(msg.sender);
        return inbox.pushDataQuote(coreByte, witnessByte);
    }

    /// @inheritdoc IRollupOperator
    function setAgent(address account) external {
        _checkGovernance();
        suspendedUntil = 0;
        _setAgent(account);
    }

    function _setAgent(address account) private {
        agent = account;
        emit AgentSet(account);
    }

    function _suspend() private {
        suspendedUntil = uint64(block.timestamp) + SUSPENSION;
        emit AgentSuspended(suspendedUntil);
    }

    function _checkSuspension() private view {
        if (block.timestamp < suspendedUntil) revert RollupOperator_AgentSuspended(suspendedUntil);
    }
}
