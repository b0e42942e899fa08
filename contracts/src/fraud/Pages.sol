// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPages} from "../interfaces/IPages.sol";
import {IProof} from "../interfaces/IProof.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Place} from "../types/Batch.sol";
import {Batches} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Messages} from "./Messages.sol";
import {Operation, Operations} from "./Operations.sol";
import {Trees} from "./Trees.sol";

/// @title Pages of a batch, hashed
/// @notice Page p of a block is its segments 32 p to 32 p + 31 in the order of the document, over all its runs.
contract Pages is IPages {
    using Cursors for Cursor;
    using Operations for Operation;

    uint256 private constant SEGMENTS_PER_PAGE = 32;
    uint256 private constant SEGMENTS_PER_RUN = 1024;
    uint256 private constant SEGMENTS_PER_BLOCK = 1024;
    uint256 private constant RUNS = 64;
    uint256 private constant PER_SEGMENT = 32;

    /// @dev Where a page stands in its block, and where reading stands in the document.
    struct Page {
        bytes32[] table;
        bool signatures;
        uint256 from;
        /// Segments of the runs so far.
        uint256 passed;
    }

    /// @inheritdoc IPages
    function check(bytes32 root, uint64 blocks, Place calldata place, bytes calldata data)
        external
        view
        returns (bytes4 selector, uint16 pages)
    {
        if (place.block_ > blocks) revert Pages_UnknownBlock(place.block_, blocks);
        Cursor memory cursor = Cursors.open(data);
        bytes32[] memory table = Trees.zeros();
        bytes32 tree;
        if (place.block_ == blocks) {
            bytes32[] memory leaves = new bytes32[](blocks);
            for (uint256 i; i < blocks; ++i) {
                leaves[i] = cursor.word();
            }
            tree = Ssz.merkleize(leaves, Batches.BLOCKS_DEPTH);
        } else {
            Page memory page = Page(table, place.part != 0, SEGMENTS_PER_PAGE * place.page, 0);
            bytes32 leaf = page.signatures ? _runs(cursor, page) : _block(cursor, page);
            tree = Trees.rootOf(cursor, table, leaf, place.block_, Batches.BLOCKS_DEPTH);
            pages = _pages(page.passed);
        }
        cursor.close();
        Trees.checkRoot(Ssz.mixInLength(tree, blocks), root);
        selector = IPages.check.selector;
    }

    function _block(Cursor memory cursor, Page memory page) private view returns (bytes32) {
        bytes32 header = Batches.rootOf(Batches.readHeader(cursor));
        return Ssz.hash(header, _runs(cursor, page));
    }

    /// @dev runs 1, of each: (shard 1, in the core) · segments 2 · (postRoot 32, in the core) · its segments
    function _runs(Cursor memory cursor, Page memory page) private view returns (bytes32) {
        uint256 count = _take(cursor, 1, RUNS);
        bytes32[] memory runs = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            uint256 shard = page.signatures ? 0 : cursor.take(1);
            uint256 segments = _take(cursor, 2, SEGMENTS_PER_RUN);
            bytes32 postRoot = page.signatures ? bytes32(0) : cursor.word();
            bytes32 list = Batches.mixIn(_segments(cursor, page, segments), segments);
            runs[i] = page.signatures ? list : Batches.runRoot(shard, list, postRoot);
        }
        return Batches.mixIn(Ssz.merkleize(runs, Batches.RUNS_DEPTH), count);
    }

    /// @dev Root of a run's tree: 32 where none of it is in the page; else what is, then the siblings level by level, left
    /// then right, where something stands there.
    function _segments(Cursor memory cursor, Page memory page, uint256 count) private view returns (bytes32) {
        uint256 start = page.passed;
        page.passed = start + count;
        uint256 first = page.from > start ? page.from - start : 0;
        uint256 end = page.from + SEGMENTS_PER_PAGE > start ? page.from + SEGMENTS_PER_PAGE - start : 0;
        if (end > count) end = count;
        if (first >= end) {
            bytes32 tree = cursor.word();
            // No page shows what stands in a run without segments.
            if (count == 0) Trees.checkRoot(tree, page.table[Batches.SEGMENTS_DEPTH]);
            return tree;
        }
        bytes32[] memory nodes = new bytes32[](end - first);
        for (uint256 i; i < nodes.length; ++i) {
            nodes[i] = page.signatures ? _signatures(cursor) : _segment(cursor);
        }
        return _up(cursor, page.table, nodes, first, count);
    }

    /// @dev Root of the tree in which `nodes` stand from index `first` on and which has `count` leaves.
    function _up(Cursor memory cursor, bytes32[] memory table, bytes32[] memory nodes, uint256 first, uint256 count)
        private
        view
        returns (bytes32)
    {
        uint256 length = nodes.length;
        for (uint256 level; level < Batches.SEGMENTS_DEPTH; ++level) {
            bytes32 left = first % 2 == 1 ? cursor.word() : bytes32(0);
            uint256 end = first + length;
            bytes32 right = table[level];
            if (end % 2 == 1 && end < count) right = cursor.word();
            uint256 above = first / 2;
            uint256 pairs = (end + 1) / 2 - above;
            for (uint256 i; i < pairs; ++i) {
                uint256 at = 2 * (above + i);
                bytes32 a = at < first ? left : nodes[at - first];
                bytes32 b = at + 1 < end ? nodes[at + 1 - first] : right;
                nodes[i] = Ssz.hash(a, b);
            }
            (first, length, count) = (above, pairs, (count + 1) / 2);
        }
        return nodes[0];
    }

    /// @dev preRoot 32 · postRoot 32 · kind 1 · (count 1 · messages | operation | item 8)
    function _segment(Cursor memory cursor) private view returns (bytes32) {
        bytes32 preRoot = cursor.word();
        bytes32 postRoot = cursor.word();
        uint256 kind = cursor.take(1);
        bytes32 body;
        if (kind == Batches.MESSAGES) {
            uint256 count = _take(cursor, 1, PER_SEGMENT);
            (, bytes32 tree) = Messages.read(cursor, count);
            body = Batches.mixIn(tree, count);
        } else if (kind == Batches.OPERATION) {
            body = Operations.read(cursor).rootOf();
        } else if (kind == Batches.ITEM) {
            body = Ssz.chunk(cursor.take64());
        } else {
            revert IProof.Proof_OtherKind(kind);
        }
        // forge-lint: disable-next-line(unsafe-typecast) at most 2
        return Ssz.hash4(preRoot, Ssz.mixInSelector(body, uint8(kind)), postRoot, 0);
    }

    /// @dev count 1 · signatures 64 each
    function _signatures(Cursor memory cursor) private view returns (bytes32) {
        uint256 count = _take(cursor, 1, PER_SEGMENT);
        bytes32[] memory roots = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            bytes32 r = cursor.word();
            roots[i] = Ssz.hash(r, cursor.word());
        }
        return Batches.mixIn(Ssz.merkleize(roots, Messages.DEPTH), count);
    }

    function _pages(uint256 segments) private pure returns (uint16) {
        if (segments == 0 || segments > SEGMENTS_PER_BLOCK) return 1;
        // forge-lint: disable-next-line(unsafe-typecast) at most 32
        return uint16((segments + SEGMENTS_PER_PAGE - 1) / SEGMENTS_PER_PAGE);
    }

    function _take(Cursor memory cursor, uint256 width, uint256 max) private pure returns (uint256 count) {
        count = cursor.take(width);
        if (count > max) revert Pages_TooMany(count, max);
    }
}
