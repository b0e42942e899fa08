// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Prices} from "./State.sol";
import {Millis} from "./Units.sol";

/// @dev What the sequencer signs. `timestamp` is since 1970; `prices` are those of the state before the block;
/// `inboxCount` and `segmentCount` count since genesis, the block included.
struct BlockHeader {
    uint64 number;
    bytes32 parent;
    Millis timestamp;
    bytes32 lineage;
    uint64 inboxCount;
    uint64 segmentCount;
    bytes32 inboxHash;
    Prices prices;
    bytes32 runsRoot;
    bytes32 stateRoot;
}

/// @dev Where one part of a batch lies: a DA layer's number and that layer's own pointer, at most 1024 bytes.
struct DataPart {
    uint8 layer;
    bytes pointer;
}

/// @dev Windows of a claim in seconds.
struct Windows {
    /// From the claim to finality when nothing is asked.
    uint32 challenge;
    /// From the claim, while data may be asked for.
    uint32 data;
    /// From a data challenge to its last answer.
    uint32 answer;
    /// From the last answer to finality.
    uint32 proof;
}

/// @dev What stands on the L2 of one batch; the rollup stores `keccak256(abi.encode(claim))`.
struct BatchClaim {
    uint64 number;
    bytes32 parent;
    bytes32 lineage;
    bytes32 coreRoot;
    bytes32 witnessRoot;
    BlockHeader lastHeader;
    DataPart core;
    DataPart witness;
    Windows windows;
    address claimer;
    /// L2 time of the claim, in seconds.
    uint64 claimedAt;
}

/// @dev What a claimer says of a batch; the rollup adds the rest of the claim.
struct ClaimRequest {
    uint64 number;
    bytes32 parent;
    bytes32 lineage;
    bytes32 coreRoot;
    bytes32 witnessRoot;
    BlockHeader lastHeader;
    DataPart core;
    DataPart witness;
}

/// @dev The latest claim standing and what the next one is measured against.
struct ClaimHead {
    uint64 number;
    bytes32 hash;
    uint64 blockNumber;
    Millis timestamp;
    uint64 inboxCount;
    uint64 segmentCount;
}

/// @dev A piece of a claim's data that can be asked for: page `page` of block `block_` of one part, 0 the core and 1 the
/// witness. `block_` equal to the number of blocks names the list of all block roots.
struct Place {
    uint8 part;
    uint16 block_;
    uint16 page;
}
