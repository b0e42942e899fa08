// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "./IInbox.sol";
import {IRollup} from "./IRollup.sol";

/// @title Operator of a rollup, under the governance
/// @notice Stands where a rollup expects its operator, which is fixed at its deployment. The governance names claimers; an agent
/// quotes data, and may take a claimer's right at once, never give it.
interface IRollupOperator {
    /// @notice Thrown when `caller` is not the agent.
    error RollupOperator_NotAgent(address caller);

    /// @notice Emitted when the agent becomes `agent`; 0 for none.
    event AgentSet(address agent);

    /// @notice Lets `claimer` claim, or no longer. Only the governance may call; the agent too when it is no longer.
    function setClaimer(IRollup rollup, address claimer, bool allowed) external;

    /// @notice Quotes the price of data. Only the agent may call.
    function pushDataQuote(IInbox inbox, uint64 dataByte) external returns (uint64);

    /// @notice Names the agent. Only the governance may call.
    function setAgent(address account) external;

    /// @notice Who quotes data.
    function agent() external view returns (address);
}
