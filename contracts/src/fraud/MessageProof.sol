// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Case, Surroundings} from "../types/Fraud.sol";
import {FeeParameters} from "../types/Parameters.sol";
import {Batches, OpenedBlock, OpenedRun, OpenedSegment} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Digests} from "./Digests.sol";
import {Fees} from "./Fees.sol";
import {Messages} from "./Messages.sol";
import {OpenedShard, Shards} from "./Shards.sol";
import {Speaking, Speech} from "./Speech.sol";
import {Trees} from "./Trees.sol";

/// @title Re-executes a segment of messages
/// @notice Shows that a message is invalid where it stands, its signature aside, or that the segment ends in another root.
contract MessageProof is IProof {
    using Cursors for Cursor;
    using Shards for Cursor;
    using Shards for OpenedShard;

    /// @inheritdoc IProof
    /// @param proof block · run · segment · messages · shard · of each message what it reads.
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4) {
        Cursor memory cursor = Cursors.open(proof);
        bytes32[] memory table = Trees.zeros();
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        if (segment.kind != Batches.MESSAGES) revert Proof_OtherKind(segment.kind);
        (uint256 at, bytes32 tree) = Messages.read(cursor, segment.value);
        Trees.checkRoot(tree, segment.body);
        Surroundings memory around;
        around.chainId = case_.chainId;
        around.timestamp = block_.header.timestamp;
        around.prices = block_.header.prices;
        (bool valid, bytes32 postRoot) = _execute(cursor, table, around, case_.fees, segment.preRoot, at, segment.value);
        cursor.close();
        if (valid && postRoot == segment.postRoot) revert Proof_NothingWrong();
        return IProof.check.selector;
    }

    /// @notice Executes `messages` on the shard that `witness` opens under `preRoot`.
    /// @return valid Whether every message is valid, its signature aside.
    /// @return postRoot Of the shard afterwards; zero where a message is invalid.
    function execute(Surroundings calldata around, bytes32 preRoot, bytes calldata messages, bytes calldata witness)
        external
        view
        returns (bool valid, bytes32 postRoot)
    {
        Cursor memory body = Cursors.open(messages);
        uint256 count = messages.length / Messages.SIZE;
        uint256 at = body.skip(Messages.SIZE * count);
        body.close();
        Cursor memory cursor = Cursors.open(witness);
        (valid, postRoot) = _execute(cursor, Trees.zeros(), around, around.fees, preRoot, at, count);
        cursor.close();
    }

    function _execute(
        Cursor memory cursor,
        bytes32[] memory table,
        Surroundings memory around,
        FeeParameters calldata fees,
        bytes32 preRoot,
        uint256 at,
        uint256 count
    ) private view returns (bool, bytes32) {
        OpenedShard memory shard = cursor.openShard();
        Trees.checkRoot(shard.rootOf(table), preRoot);
        shard.feeExcess = Fees.decayed(shard.feeExcess, shard.feeTime, around.timestamp, fees);
        shard.feeTime = around.timestamp;
        uint256 price = Fees.messagePrice(Fees.executionPrice(shard.feeExcess, fees), around.prices);
        Speaking memory speaking = Speaking(table, Digests.domain(Digests.MESSAGE, around.chainId), price);
        for (uint256 i; i < count; ++i) {
            (uint256 index, uint256 slot, bytes32 content) = Messages.get(at + Messages.SIZE * i);
            if (!Speech.apply_(cursor, shard, speaking, index, slot, content).valid) return (false, 0);
        }
        shard.feeExcess = Fees.grown(shard.feeExcess, count, fees);
        return (true, shard.rootOf(table));
    }
}
