// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommitteeChallenges} from "./CommitteeChallenges.sol";
import {CommitteeStakes} from "./CommitteeStakes.sol";
import {Governed} from "../governance/Governed.sol";
import {CommitteeRules} from "../types/Committee.sol";

/// @title The data committee
/// @dev Errors, events and what each function promises stand in `IDataCommittee`.
contract DataCommittee is CommitteeChallenges {
    /// @param governance_ Announces epochs: a timelock, so that nobody is surprised by one.
    constructor(address governance_, CommitteeRules memory rules_) Governed(governance_) CommitteeStakes(rules_) {}
}
