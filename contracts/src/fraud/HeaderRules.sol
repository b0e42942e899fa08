// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IQueue} from "../interfaces/IQueue.sol";
import {Headers} from "../libraries/Headers.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {BlockHeader} from "../types/Batch.sol";
import {Case} from "../types/Fraud.sol";
import {Batches, OpenedBlock} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Neighbours} from "./Neighbours.sol";
import {Trees} from "./Trees.sol";
import {Millis, Units} from "../types/Units.sol";

/// @title Rules of a batch's length and of its headers
/// @notice Each function answers whether what it opens breaks the rule.
library HeaderRules {
    using Cursors for Cursor;

    Millis private constant MIN_BLOCK_INTERVAL = Millis.wrap(250);
    uint64 private constant ITEMS_PER_BLOCK = 64;
    uint256 private constant SEGMENTS_PER_BLOCK = 1024;

    /// @notice part 1 (0 the core, 1 the witness) · tree 32 · length 2
    function blockCount(Cursor memory cursor, bytes32[] memory, Case calldata case_) internal view returns (bool) {
        bytes32 root = cursor.take(1) == 0 ? case_.coreRoot : case_.witnessRoot;
        bytes32 tree = cursor.word();
        uint256 length = cursor.take(2);
        Trees.checkRoot(Batches.mixIn(tree, length), root);
        return length != Batches.blocksOf(case_);
    }

    /// @notice header's root 32 · runsRoot 32 · branch(10), of the last block
    function lastHeader(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        uint64 count = Batches.blocksOf(case_);
        bytes32 root = cursor.word();
        bytes32 leaf = Ssz.hash(root, cursor.word());
        bytes32 tree = Trees.rootOf(cursor, table, leaf, count - 1, Batches.BLOCKS_DEPTH);
        Trees.checkRoot(Ssz.mixInLength(tree, count), case_.coreRoot);
        return root != Batches.rootOf(case_.last);
    }

    /// @notice block with the one before
    function headerLink(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before, bytes32 beforeRoot, OpenedBlock memory opened) =
            Neighbours.open(cursor, table, case_);
        BlockHeader memory header = opened.header;
        return uint256(header.number) != uint256(before.number) + 1 || header.parent != beforeRoot
            || header.lineage != case_.lineage || header.timestamp < before.timestamp
            || header.timestamp - before.timestamp < MIN_BLOCK_INTERVAL;
    }

    /// @notice block with the one before · price point 4
    function prices(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        (BlockHeader memory before,, OpenedBlock memory opened) = Neighbours.open(cursor, table, case_);
        bytes32 expected = Headers.root(IQueue(case_.inbox).pricesAt(before.inboxCount, cursor.take(4)));
        return Headers.root(opened.header.prices) != expected;
    }

    /// @notice block with the one before
    /// @dev Only an item that was queued `forceDelayMs` before the block's time is due: no later one changes the verdict.
    function inboxRange(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before,, OpenedBlock memory opened) = Neighbours.open(cursor, table, case_);
        uint256 count = opened.header.inboxCount;
        uint256 most = uint256(before.inboxCount) + ITEMS_PER_BLOCK;
        if (count < before.inboxCount || count > most || count > case_.last.inboxCount) return true;
        if (count == most) return false;
        (, uint64 time,,) = IQueue(case_.inbox).itemAt(opened.header.inboxCount);
        // forge-lint: disable-next-line(unsafe-typecast) the queue keeps 40 bits
        return Units.toMillis(uint40(time)) + case_.forceDelayMs <= opened.header.timestamp;
    }

    /// @notice block
    function inboxHash(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        OpenedBlock memory opened = Batches.openBlock(cursor, table, case_);
        return opened.header.inboxHash != IQueue(case_.inbox).hashAt(opened.header.inboxCount);
    }

    /// @notice block
    function runsRoot(Cursor memory cursor, bytes32[] memory table, Case calldata case_) internal view returns (bool) {
        OpenedBlock memory opened = Batches.openBlock(cursor, table, case_);
        return opened.header.runsRoot != opened.runsRoot;
    }

    /// @notice block with the one before · all runs
    function segmentCount(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before,, OpenedBlock memory opened) = Neighbours.open(cursor, table, case_);
        uint256 segments = Batches.openLengths(cursor, opened.runsRoot);
        return
            segments > SEGMENTS_PER_BLOCK
                || uint256(before.segmentCount) + segments != uint256(opened.header.segmentCount);
    }

    /// @notice block with the one before
    function blockEmpty(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (bool)
    {
        (BlockHeader memory before,, OpenedBlock memory opened) = Neighbours.open(cursor, table, case_);
        bytes32 none = Ssz.mixInLength(table[Batches.RUNS_DEPTH], 0);
        return opened.runsRoot == none && opened.header.inboxCount <= before.inboxCount;
    }
}
