// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Case} from "../types/Fraud.sol";
import {Batches, OpenedBlock, OpenedRun, OpenedSegment} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Operation, Operations} from "./Operations.sol";
import {Trees} from "./Trees.sol";

/// @title The shape of a witness
library WitnessRules {
    using Cursors for Cursor;
    using Operations for Operation;

    uint256 private constant RUNS = 0;
    uint256 private constant SEGMENTS = 1;
    uint256 private constant SIGNATURES = 2;

    /// @notice Whether a list of the witness has another length than the core needs. level 1 · block, then
    /// 0: runs' tree 32 · count 1; 1: run · segments' tree 32 · count 2; 2: run · segment · (operation, where it is one);
    /// then the witness's list: tree 32 · count, in as many bytes as above, 1 for signatures · the way up:
    /// (branch(10) · segments 2) · (branch(6) · runs 1) · branch(10)
    function shape(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        uint256 level = cursor.take(1);
        if (level > SIGNATURES) revert IProof.Proof_OtherKind(level);
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        if (level == RUNS) {
            uint256 runs = _length(cursor, block_.runsRoot, 1);
            (bytes32 list, uint256 count) = _list(cursor, 1);
            _checkTop(cursor, table, case_, block_.index, list);
            return count != runs;
        }
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        if (level == SEGMENTS) {
            uint256 segments = _length(cursor, run.list, 2);
            (bytes32 list, uint256 count) = _list(cursor, 2);
            list = Batches.openUp(cursor, table, list, run.index, Batches.RUNS_DEPTH, 1);
            _checkTop(cursor, table, case_, block_.index, list);
            return count != segments;
        }
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        uint256 needed = _needed(cursor, segment);
        (bytes32 signatures, uint256 signed) = _list(cursor, 1);
        signatures = Batches.openUp(cursor, table, signatures, segment.index, Batches.SEGMENTS_DEPTH, 2);
        signatures = Batches.openUp(cursor, table, signatures, run.index, Batches.RUNS_DEPTH, 1);
        _checkTop(cursor, table, case_, block_.index, signatures);
        return signed != needed;
    }

    /// @dev Signatures that a body needs.
    function _needed(Cursor memory cursor, OpenedSegment memory segment) private view returns (uint256) {
        if (segment.kind == Batches.MESSAGES) return segment.value;
        if (segment.kind == Batches.ITEM) return 0;
        Operation memory operation = Operations.read(cursor);
        Trees.checkRoot(operation.rootOf(), segment.body);
        return operation.signatures();
    }

    /// @dev The length that a list's root shows: tree 32 · count in `width` bytes.
    function _length(Cursor memory cursor, bytes32 root, uint256 width) private view returns (uint256 count) {
        bytes32 shown;
        (shown, count) = _list(cursor, width);
        Trees.checkRoot(shown, root);
    }

    function _list(Cursor memory cursor, uint256 width) private view returns (bytes32 root, uint256 count) {
        bytes32 tree = cursor.word();
        count = cursor.take(width);
        root = Batches.mixIn(tree, count);
    }

    function _checkTop(Cursor memory cursor, bytes32[] memory table, Case calldata case_, uint256 block_, bytes32 leaf)
        private
        view
    {
        bytes32 tree = Trees.rootOf(cursor, table, leaf, block_, Batches.BLOCKS_DEPTH);
        Trees.checkRoot(Ssz.mixInLength(tree, Batches.blocksOf(case_)), case_.witnessRoot);
    }
}
