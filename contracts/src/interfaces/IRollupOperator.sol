// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "./IInbox.sol";
import {SequencerKey} from "../types/Parameters.sol";
import {IRollup} from "./IRollup.sol";
import {Mwei} from "../types/Units.sol";

/// @title Operator of a rollup, under the governance
/// @notice Stands where a rollup expects its operator, which is fixed at its deployment. The governance names claimers; an agent
/// quotes data, and may take a claimer's right at once, never give it. Where a vote gives back what the agent took, the agent may
/// take no right for 60 days: it cannot undo vote after vote.
interface IRollupOperator {
    /// @notice Thrown when `caller` is not the agent.
    error RollupOperator_NotAgent(address caller);
    /// @notice Thrown when the agent may take no right before `until`.
    error RollupOperator_AgentSuspended(uint64 until);

    /// @notice Emitted when the agent becomes `agent`; 0 for none.
    event AgentSet(address agent);
    /// @notice Emitted when a vote gives back a right that the agent took: it may take none until then.
    event AgentSuspended(uint64 until);

    /// @notice Lets `claimer` claim, or no longer. Only the governance may call; the agent too when it is no longer, unless it is
    /// suspended.
    function setClaimer(IRollup rollup, address claimer, bool allowed) external;

    /// @notice Announces who signs headers from a block on. Only the governance may call.
    function announceSequencer(IRollup rollup, SequencerKey calldata entry) external;

    /// @notice Lets ordinary claims return after a rescue. Only the agent and the governance may call.
    function resume(IRollup rollup) external;

    /// @notice Quotes the prices of a byte of core and of witness. Only the agent may call.
    function pushDataQuote(IInbox inbox, Mwei coreByte, Mwei witnessByte) external returns (uint64);

    /// @notice Names the agent, which is not suspended. Only the governance may call.
    function setAgent(address account) external;

    /// @notice Who quotes data.
    function agent() external view returns (address);

    /// @notice Seconds since 1970 before which the agent may take no right; in the past when it may.
    function suspendedUntil() external view returns (uint64);
}
