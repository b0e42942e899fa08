// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BlockHeader} from "./Batch.sol";
import {FeeParameters} from "./Parameters.sol";
import {Prices} from "./State.sol";
import {Millis} from "./Units.sol";

/// @dev What a proof is held against: the claim in question, what stands before it and what they agreed on.
struct Case {
    /// Of the L2.
    uint64 chainId;
    address inbox;
    /// EIP-712 separator of the deployment.
    bytes32 separator;
    FeeParameters fees;
    Millis forceDelayMs;
    bytes32 lineage;
    bytes32 coreRoot;
    bytes32 witnessRoot;
    /// Last header of the claim's parent; the batch holds the blocks up to `last`.
    BlockHeader before;
    BlockHeader last;
}

/// @dev What a segment takes from the block around it.
struct Surroundings {
    uint64 chainId;
    /// EIP-712 separator of the deployment.
    bytes32 separator;
    FeeParameters fees;
    /// The header's.
    Millis timestamp;
    /// The header's: those of the state before the block.
    Prices prices;
    /// Shard of the run.
    uint8 shard;
}
