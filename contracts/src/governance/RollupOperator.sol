// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../interfaces/IInbox.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {IRollupOperator} from "../interfaces/IRollupOperator.sol";
import {Governed} from "./Governed.sol";

/// @title Operator of a rollup, under the governance
/// @dev Errors, events and what each function promises stand in `IRollupOperator`.
contract RollupOperator is IRollupOperator, Governed {
    /// @inheritdoc IRollupOperator
    address public agent;

    constructor(address governance_, address agent_) Governed(governance_) {
        _setAgent(agent_);
    }

    /// @inheritdoc IRollupOperator
    function setClaimer(IRollup rollup, address claimer, bool allowed) external {
        if (allowed || msg.sender != agent) _checkGovernance();
        rollup.setClaimer(claimer, allowed);
    }

    /// @inheritdoc IRollupOperator
    function pushDataQuote(IInbox inbox, uint64 dataByte) external returns (uint64) {
        if (msg.sender != agent) revert RollupOperator_NotAgent(msg.sender);
        return inbox.pushDataQuote(dataByte);
    }

    /// @inheritdoc IRollupOperator
    function setAgent(address account) external {
        _checkGovernance();
        _setAgent(account);
    }

    function _setAgent(address account) private {
        agent = account;
        emit AgentSet(account);
    }
}
