// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {IQueue} from "../interfaces/IQueue.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {BlockHeader} from "../types/Batch.sol";
import {Case} from "../types/Fraud.sol";
import {Batches, OpenedBlock, OpenedRun, OpenedSegment} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Neighbours} from "./Neighbours.sol";
import {Trees} from "./Trees.sol";

/// @title Rules of runs and of the order of their segments
/// @notice Each function answers whether what it opens breaks the rule.
library RunRules {
    using Cursors for Cursor;

    uint256 private constant SHARDS = 64;
    uint256 private constant MESSAGES_PER_SEGMENT = 32;
    /// @dev Levels from a shard's root to the state's: 6 of the vector, 3 of the container whose first field it is.
    uint256 private constant SHARD_DEPTH = 9;

    /// @notice block · run · (the run before, unless it is the first)
    function runOrder(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        bytes32 none = Ssz.mixInLength(table[Batches.SEGMENTS_DEPTH], 0);
        if (run.index == 0) return run.shard >= SHARDS || run.list == none;
        OpenedRun memory left = _run(cursor, table, block_.runsRoot, run.index - 1);
        return run.shard >= SHARDS || run.list == none || run.shard <= left.shard;
    }

    /// @notice block · run · its last segment
    function runRoot(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        _checkIndex(segment.index, segment.count - 1);
        return segment.postRoot != run.postRoot;
    }

    /// @notice block with the one before · run · segment · the segment before; of a first segment, the shard's root 32 and
    /// its branch(9) in the state before
    function continuity(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before,, OpenedBlock memory block_) = Neighbours.open(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        if (segment.index != 0) {
            return _segment(cursor, table, run.list, segment.index - 1).postRoot != segment.preRoot;
        }
        if (run.shard >= SHARDS) revert IProof.Proof_BeyondEnd(run.shard, SHARDS);
        bytes32 shard = cursor.word();
        Trees.checkRoot(Trees.rootOf(cursor, table, shard, run.shard, SHARD_DEPTH), before.stateRoot);
        return segment.preRoot != shard;
    }

    /// @notice block with the one before · run · segment of an item · (the segment before, unless it is the first)
    function inboxOrder(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before,, OpenedBlock memory block_) = Neighbours.open(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        if (segment.kind != Batches.ITEM) revert IProof.Proof_OtherKind(segment.kind);
        if (segment.index != 0) {
            OpenedSegment memory left = _segment(cursor, table, run.list, segment.index - 1);
            if (left.kind != Batches.ITEM || left.value >= segment.value) return true;
        }
        if (segment.value < before.inboxCount || segment.value >= block_.header.inboxCount) return true;
        (,, uint8 shard,) = IQueue(case_.inbox).itemAt(segment.value);
        return shard != run.shard;
    }

    /// @notice block with the one before · item 8 · form 1 (0 no run of its shard, 1 not in that run) · gap
    /// @dev A gap is named by the element to its right, index 1 for runs and 2 for segments: its neighbours follow, left then
    /// right, as far as there are any; without any the list is shown to be empty.
    function inboxMissing(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before,, OpenedBlock memory block_) = Neighbours.open(cursor, table, case_);
        uint64 item = cursor.take64();
        if (item < before.inboxCount || item >= block_.header.inboxCount) {
            revert IProof.Proof_BeyondEnd(item, block_.header.inboxCount);
        }
        (,, uint8 shard,) = IQueue(case_.inbox).itemAt(item);
        if (shard >= SHARDS) revert IProof.Proof_BeyondEnd(shard, SHARDS);
        if (cursor.take(1) == 0) return _noRun(cursor, table, block_.runsRoot, shard);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        return run.shard == shard && _notInRun(cursor, table, run.list, item);
    }

    /// @notice block · run · segment of messages · (the segment after, where there are 1 to 31 messages)
    function fullness(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        if (segment.kind != Batches.MESSAGES) revert IProof.Proof_OtherKind(segment.kind);
        if (segment.value == 0 || segment.value > MESSAGES_PER_SEGMENT) return true;
        if (segment.value == MESSAGES_PER_SEGMENT) return false;
        return _segment(cursor, table, run.list, segment.index + 1).kind == Batches.MESSAGES;
    }

    function _noRun(Cursor memory cursor, bytes32[] memory table, bytes32 runsRoot, uint256 shard)
        private
        view
        returns (bool)
    {
        if (runsRoot == Ssz.mixInLength(table[Batches.RUNS_DEPTH], 0)) return true;
        uint256 gap = cursor.take(1);
        uint256 count = gap + 1;
        if (gap != 0) {
            OpenedRun memory left = _run(cursor, table, runsRoot, gap - 1);
            if (left.shard >= shard) return false;
            count = left.count;
        }
        return gap == count || _run(cursor, table, runsRoot, gap).shard > shard;
    }

    function _notInRun(Cursor memory cursor, bytes32[] memory table, bytes32 list, uint256 item)
        private
        view
        returns (bool)
    {
        uint256 gap = cursor.take(2);
        uint256 count = gap + 1;
        if (gap != 0) {
            OpenedSegment memory left = _segment(cursor, table, list, gap - 1);
            if (left.kind != Batches.ITEM || left.value >= item) return false;
            count = left.count;
        }
        if (gap == count) return true;
        OpenedSegment memory right = _segment(cursor, table, list, gap);
        return right.kind != Batches.ITEM || right.value > item;
    }

    function _run(Cursor memory cursor, bytes32[] memory table, bytes32 runsRoot, uint256 index)
        private
        view
        returns (OpenedRun memory run)
    {
        run = Batches.openRun(cursor, table, runsRoot);
        _checkIndex(run.index, index);
    }

    function _segment(Cursor memory cursor, bytes32[] memory table, bytes32 list, uint256 index)
        private
        view
        returns (OpenedSegment memory segment)
    {
        segment = Batches.openSegment(cursor, table, list);
        _checkIndex(segment.index, index);
    }

    function _checkIndex(uint256 index, uint256 expected) private pure {
        if (index != expected) revert IProof.Proof_OtherPlace(index, expected);
    }
}
