// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Headers} from "../libraries/Headers.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {BlockHeader} from "../types/Batch.sol";
import {Case} from "../types/Fraud.sol";
import {Prices} from "../types/State.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Trees} from "./Trees.sol";

/// @dev A block under the core's root: its header as the block has it, and the root of its runs.
struct OpenedBlock {
    uint256 index;
    BlockHeader header;
    bytes32 headerRoot;
    bytes32 runsRoot;
}

/// @dev A run under a block's runs. `list` is the root of its segments, `count` the number of the block's runs.
struct OpenedRun {
    uint256 index;
    uint256 shard;
    bytes32 list;
    bytes32 postRoot;
    uint256 count;
}

/// @dev A segment under a run's segments. `body` is the root of the messages' tree or of the operation's union, `value` the
/// number of messages or the item's index; `count` the number of the run's segments.
struct OpenedSegment {
    uint256 index;
    bytes32 preRoot;
    bytes32 postRoot;
    uint256 kind;
    bytes32 body;
    uint64 value;
    uint256 count;
}

/// @title Opening what a claim's core says
library Batches {
    using Cursors for Cursor;

    uint256 internal constant MESSAGES = 0;
    uint256 internal constant OPERATION = 1;
    uint256 internal constant ITEM = 2;

    /// @dev Levels of the lists of blocks and of segments, of runs, and of a header's fields.
    uint256 internal constant BLOCKS_DEPTH = 10;
    uint256 internal constant RUNS_DEPTH = 6;
    uint256 internal constant SEGMENTS_DEPTH = 10;
    uint256 private constant HEADER_DEPTH = 4;
    uint256 private constant HEADER_FIELDS = 10;

    /// @notice Blocks of the batch.
    function blocksOf(Case calldata case_) internal pure returns (uint64) {
        return case_.last.number - case_.before.number;
    }

    /// @notice Opens a block under the core's root, whose length must be that of the batch.
    function openBlock(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (OpenedBlock memory opened)
    {
        opened.index = cursor.take(2);
        openBlock(cursor, table, case_, opened);
    }

    /// @notice Opens the block `opened.index`.
    function openBlock(Cursor memory cursor, bytes32[] memory table, Case calldata case_, OpenedBlock memory opened)
        internal
        view
    {
        uint64 count = blocksOf(case_);
        _within(opened.index, count);
        opened.header = readHeader(cursor);
        opened.headerRoot = rootOf(opened.header);
        opened.runsRoot = cursor.word();
        bytes32 leaf = Ssz.hash(opened.headerRoot, opened.runsRoot);
        bytes32 tree = Trees.rootOf(cursor, table, leaf, opened.index, BLOCKS_DEPTH);
        Trees.checkRoot(Ssz.mixInLength(tree, count), case_.coreRoot);
    }

    /// @notice Opens a run under the root of its block's runs.
    function openRun(Cursor memory cursor, bytes32[] memory table, bytes32 runsRoot)
        internal
        view
        returns (OpenedRun memory opened)
    {
        opened.index = cursor.take(1);
        opened.shard = cursor.take(1);
        opened.list = cursor.word();
        opened.postRoot = cursor.word();
        bytes32 leaf = runRoot(opened.shard, opened.list, opened.postRoot);
        bytes32 tree = Trees.rootOf(cursor, table, leaf, opened.index, RUNS_DEPTH);
        opened.count = cursor.take(1);
        _within(opened.index, opened.count);
        Trees.checkRoot(mixIn(tree, opened.count), runsRoot);
    }

    /// @notice Opens a segment under the root of its run's segments.
    function openSegment(Cursor memory cursor, bytes32[] memory table, bytes32 list)
        internal
        view
        returns (OpenedSegment memory opened)
    {
        opened.index = cursor.take(2);
        opened.preRoot = cursor.word();
        opened.postRoot = cursor.word();
        opened.kind = cursor.take(1);
        bytes32 leaf = Ssz.hash4(opened.preRoot, _openBody(cursor, opened), opened.postRoot, 0);
        bytes32 tree = Trees.rootOf(cursor, table, leaf, opened.index, SEGMENTS_DEPTH);
        opened.count = cursor.take(2);
        _within(opened.index, opened.count);
        Trees.checkRoot(mixIn(tree, opened.count), list);
    }

    /// @notice Opens the lengths of all runs of a block: runs 1, and of each shard 1 · segments' tree 32 · segments 2 · postRoot 32.
    /// @return segments In all of them.
    function openLengths(Cursor memory cursor, bytes32 runsRoot) internal view returns (uint256 segments) {
        bytes32[] memory runs = new bytes32[](cursor.take(1));
        for (uint256 i; i < runs.length; ++i) {
            uint256 shard = cursor.take(1);
            bytes32 tree = cursor.word();
            uint256 count = cursor.take(2);
            runs[i] = runRoot(shard, mixIn(tree, count), cursor.word());
            segments += count;
        }
        uint256 length = runs.length;
        Trees.checkRoot(mixIn(Ssz.merkleize(runs, RUNS_DEPTH), length), runsRoot);
    }

    /// @notice Root of the list that has `leaf` at `index`: its branch, then its length in `width` bytes.
    function openUp(
        Cursor memory cursor,
        bytes32[] memory table,
        bytes32 leaf,
        uint256 index,
        uint256 depth,
        uint256 width
    ) internal view returns (bytes32) {
        bytes32 tree = Trees.rootOf(cursor, table, leaf, index, depth);
        uint256 count = cursor.take(width);
        _within(index, count);
        return mixIn(tree, count);
    }

    /// @notice Root of a run.
    function runRoot(uint256 shard, bytes32 list, bytes32 postRoot) internal view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) of one byte
        return Ssz.hash4(Ssz.chunk(uint64(shard)), list, postRoot, 0);
    }

    /// @notice Root of a list of `count` elements, fewer than 2 ** 64.
    function mixIn(bytes32 tree, uint256 count) internal view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) read from less than 8 bytes
        return Ssz.mixInLength(tree, uint64(count));
    }

    /// @notice Reads a header.
    function readHeader(Cursor memory cursor) internal pure returns (BlockHeader memory header) {
        header.number = cursor.take64();
        header.parent = cursor.word();
        header.timestamp = cursor.takeMillis();
        header.lineage = cursor.word();
        header.inboxCount = cursor.take64();
        header.segmentCount = cursor.take64();
        header.inboxHash = cursor.word();
        header.prices = Prices(cursor.takeMwei(), cursor.takeMwei(), cursor.takeMwei(), cursor.takeMwei());
        header.runsRoot = cursor.word();
        header.stateRoot = cursor.word();
    }

    /// @notice hash_tree_root of a header.
    function rootOf(BlockHeader memory header) internal view returns (bytes32) {
        bytes32[] memory fields = new bytes32[](HEADER_FIELDS);
        fields[0] = Ssz.chunk(header.number);
        fields[1] = header.parent;
        fields[2] = Ssz.chunk(header.timestamp);
        fields[3] = header.lineage;
        fields[4] = Ssz.chunk(header.inboxCount);
        fields[5] = Ssz.chunk(header.segmentCount);
        fields[6] = header.inboxHash;
        fields[7] = Headers.root(header.prices);
        fields[8] = header.runsRoot;
        fields[9] = header.stateRoot;
        return Ssz.merkleize(fields, HEADER_DEPTH);
    }

    /// @dev Reads a segment's value and gives the root of its body.
    function _openBody(Cursor memory cursor, OpenedSegment memory opened) private view returns (bytes32 body) {
        if (opened.kind == MESSAGES) {
            opened.body = cursor.word();
            // forge-lint: disable-next-line(unsafe-typecast) one byte
            opened.value = uint64(cursor.take(1));
            body = Ssz.mixInLength(opened.body, opened.value);
        } else if (opened.kind == OPERATION) {
            opened.body = cursor.word();
            body = opened.body;
        } else if (opened.kind == ITEM) {
            opened.value = cursor.take64();
            body = Ssz.chunk(opened.value);
        } else {
            revert IProof.Proof_OtherKind(opened.kind);
        }
        // forge-lint: disable-next-line(unsafe-typecast) at most 2
        body = Ssz.mixInSelector(body, uint8(opened.kind));
    }

    function _within(uint256 index, uint256 count) private pure {
        if (index >= count) revert IProof.Proof_BeyondEnd(index, count);
    }
}
