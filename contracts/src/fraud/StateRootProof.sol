// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {IQueue} from "../interfaces/IQueue.sol";
import {Headers} from "../libraries/Headers.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {BlockHeader} from "../types/Batch.sol";
import {Case} from "../types/Fraud.sol";
import {Prices} from "../types/State.sol";
import {Batches, OpenedBlock} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Neighbours} from "./Neighbours.sol";
import {Trees} from "./Trees.sol";

/// @title The root of a block's state
/// @notice Shows that it is another than the state before with the roots of the runs, the header's numbers and the prices.
contract StateRootProof is IProof {
    using Cursors for Cursor;

    uint256 private constant SHARDS = 64;
    uint256 private constant SHARDS_DEPTH = 6;

    /// @inheritdoc IProof
    /// @param proof block with the one before · roots of the 64 shards before it · runs 1, of each shard 1 · root of its
    /// segments 32 · postRoot 32 · price point 4.
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4) {
        Cursor memory cursor = Cursors.open(proof);
        bytes32[] memory table = Trees.zeros();
        (BlockHeader memory before,, OpenedBlock memory opened) = Neighbours.open(cursor, table, case_);
        BlockHeader memory header = opened.header;
        bytes32[] memory shards = new bytes32[](SHARDS);
        for (uint256 i; i < SHARDS; ++i) {
            shards[i] = cursor.word();
        }
        // The prices of a header are those of the state before it.
        Trees.checkRoot(_stateRoot(table, shards, before, header.prices), before.stateRoot);
        _takeRuns(cursor, shards, opened.runsRoot);
        Prices memory prices = IQueue(case_.inbox).pricesAt(header.inboxCount, cursor.take(4));
        cursor.close();
        if (_stateRoot(table, shards, header, prices) == header.stateRoot) revert Proof_NothingWrong();
        return IProof.check.selector;
    }

    /// @dev Puts the roots that runs end in in the place of their shards'.
    function _takeRuns(Cursor memory cursor, bytes32[] memory shards, bytes32 runsRoot) private view {
        uint256 count = cursor.take(1);
        bytes32[] memory runs = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            uint256 shard = cursor.take(1);
            if (shard >= SHARDS) revert Proof_BeyondEnd(shard, SHARDS);
            bytes32 list = cursor.word();
            shards[shard] = cursor.word();
            runs[i] = Batches.runRoot(shard, list, shards[shard]);
        }
        Trees.checkRoot(Batches.mixIn(Ssz.merkleize(runs, Batches.RUNS_DEPTH), count), runsRoot);
    }

    /// @dev Root of the state after the block of `header`.
    function _stateRoot(
        bytes32[] memory table,
        bytes32[] memory shards,
        BlockHeader memory header,
        Prices memory prices
    ) private view returns (bytes32) {
        bytes32[] memory leaves = new bytes32[](SHARDS);
        for (uint256 i; i < SHARDS; ++i) {
            leaves[i] = shards[i];
        }
        return Trees.container(
            table,
            Ssz.merkleize(leaves, SHARDS_DEPTH),
            Ssz.chunk(header.inboxCount),
            Headers.root(prices),
            Ssz.chunk(header.number),
            Ssz.chunk(header.timestamp),
            0
        );
    }
}
