// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Case} from "../types/Fraud.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {HeaderRules} from "./HeaderRules.sol";
import {RunRules} from "./RunRules.sol";
import {Trees} from "./Trees.sol";
import {WitnessRules} from "./WitnessRules.sol";

/// @title Rules of a batch that need no execution
/// @notice Shows that one of the closed list of docs/spec/fraud-proofs.md is broken.
contract MalformedProof is IProof {
    using Cursors for Cursor;

    /// @inheritdoc IProof
    /// @param proof number of the rule 1 · what it opens.
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4) {
        Cursor memory cursor = Cursors.open(proof);
        uint256 rule = cursor.take(1);
        bytes32[] memory table = Trees.zeros();
        bool broken = rule < 9 ? _ofHeaders(rule, cursor, table, case_) : _ofRuns(rule, cursor, table, case_);
        cursor.close();
        if (!broken) revert Proof_NothingWrong();
        return IProof.check.selector;
    }

    function _ofHeaders(uint256 rule, Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        private
        view
        returns (bool)
    {
        if (rule == 0) return HeaderRules.blockCount(cursor, table, case_);
        if (rule == 1) return HeaderRules.lastHeader(cursor, table, case_);
        if (rule == 2) return HeaderRules.headerLink(cursor, table, case_);
        if (rule == 3) return HeaderRules.prices(cursor, table, case_);
        if (rule == 4) return HeaderRules.inboxRange(cursor, table, case_);
        if (rule == 5) return HeaderRules.inboxHash(cursor, table, case_);
        if (rule == 6) return HeaderRules.runsRoot(cursor, table, case_);
        if (rule == 7) return HeaderRules.segmentCount(cursor, table, case_);
        return HeaderRules.blockEmpty(cursor, table, case_);
    }

    function _ofRuns(uint256 rule, Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        private
        view
        returns (bool)
    {
        if (rule == 9) return RunRules.runOrder(cursor, table, case_);
        if (rule == 10) return RunRules.runRoot(cursor, table, case_);
        if (rule == 11) return RunRules.continuity(cursor, table, case_);
        if (rule == 12) return RunRules.inboxOrder(cursor, table, case_);
        if (rule == 13) return RunRules.inboxMissing(cursor, table, case_);
        if (rule == 14) return RunRules.fullness(cursor, table, case_);
        if (rule == 15) return WitnessRules.shape(cursor, table, case_);
        revert Proof_OtherKind(rule);
    }
}
