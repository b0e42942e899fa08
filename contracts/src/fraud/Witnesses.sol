// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Case} from "../types/Fraud.sol";
import {Batches} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Messages} from "./Messages.sol";
import {Trees} from "./Trees.sol";

/// @dev One signature, and how many its segment has.
struct Signed {
    bytes32 r;
    bytes32 s;
    uint256 count;
}

/// @title Opening what a claim's witness says
library Witnesses {
    using Cursors for Cursor;

    uint256 private constant SIZE = 64;

    /// @notice Opens the signatures of a segment whole, and gives that at `entry`.
    /// @dev count 1 · signatures 64 each · branch(10) · segments 2 · branch(6) · runs 1 · branch(10)
    function open(
        Cursor memory cursor,
        bytes32[] memory table,
        Case calldata case_,
        uint256 block_,
        uint256 run,
        uint256 segment,
        uint256 entry
    ) internal view returns (Signed memory signed) {
        signed.count = cursor.take(1);
        _within(entry, signed.count);
        bytes32[] memory roots = new bytes32[](signed.count);
        for (uint256 i; i < roots.length; ++i) {
            (bytes32 r, bytes32 s) = (cursor.word(), cursor.word());
            if (i == entry) (signed.r, signed.s) = (r, s);
            roots[i] = Ssz.hash(r, s);
        }
        bytes32 root = Batches.mixIn(Ssz.merkleize(roots, Messages.DEPTH), signed.count);
        root = Batches.openUp(cursor, table, root, segment, Batches.SEGMENTS_DEPTH, 2);
        root = Batches.openUp(cursor, table, root, run, Batches.RUNS_DEPTH, 1);
        root = Trees.rootOf(cursor, table, root, block_, Batches.BLOCKS_DEPTH);
        Trees.checkRoot(Ssz.mixInLength(root, Batches.blocksOf(case_)), case_.witnessRoot);
    }

    function _within(uint256 index, uint256 count) private pure {
        if (index >= count) revert IProof.Proof_BeyondEnd(index, count);
    }
}
