// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Batches} from "../fraud/Batches.sol";
import {Messages} from "../fraud/Messages.sol";
import {RescuedItem, RescuedRun} from "../types/Contests.sol";
import {Ssz} from "./Ssz.sol";

/// @title Roots of a block that holds items of the inbox and nothing else
library RescueRoots {
    /// @notice Roots of the runs and of the witness of a batch with that one block, and how many segments it has.
    function ofRuns(RescuedRun[] calldata runs)
        internal
        view
        returns (bytes32 runsRoot, bytes32 witnessRoot, uint64 segments)
    {
        bytes32[] memory inCore = new bytes32[](runs.length);
        bytes32[] memory inWitness = new bytes32[](runs.length);
        // An item's segment has no signatures in the witness: those of a forced operation are in the queue.
        bytes32 unsigned = Batches.mixIn(Ssz.merkleize(new bytes32[](0), Messages.DEPTH), 0);
        for (uint256 i; i < runs.length; ++i) {
            RescuedItem[] calldata items = runs[i].items;
            bytes32[] memory leaves = new bytes32[](items.length);
            bytes32[] memory signatures = new bytes32[](items.length);
            bytes32 postRoot;
            for (uint256 j; j < items.length; ++j) {
                bytes32 body = Ssz.mixInSelector(Ssz.chunk(items[j].item), uint8(Batches.ITEM));
                postRoot = items[j].postRoot;
                leaves[j] = Ssz.hash4(items[j].preRoot, body, postRoot, 0);
                signatures[j] = unsigned;
            }
            inCore[i] = Batches.runRoot(runs[i].shard, _list(leaves, Batches.SEGMENTS_DEPTH), postRoot);
            inWitness[i] = _list(signatures, Batches.SEGMENTS_DEPTH);
            segments += uint64(items.length);
        }
        runsRoot = _list(inCore, Batches.RUNS_DEPTH);
        witnessRoot = _ofOne(_list(inWitness, Batches.RUNS_DEPTH));
    }

    /// @notice Root of the core of a batch with one block.
    function ofCore(bytes32 headerRoot, bytes32 runsRoot) internal view returns (bytes32) {
        return _ofOne(Ssz.hash(headerRoot, runsRoot));
    }

    function _ofOne(bytes32 leaf) private view returns (bytes32) {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = leaf;
        return _list(leaves, Batches.BLOCKS_DEPTH);
    }

    function _list(bytes32[] memory leaves, uint256 depth) private view returns (bytes32) {
        uint256 count = leaves.length;
        return Batches.mixIn(Ssz.merkleize(leaves, depth), count);
    }
}
