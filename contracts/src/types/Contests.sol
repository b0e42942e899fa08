// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, Place} from "./Batch.sol";
import {Millis} from "./Units.sol";

/// @dev Why claims were taken back or a new lineage began. The first five are the kinds of proofs.
enum Reason {
    Messages,
    Operation,
    Signature,
    StateRoot,
    Malformed,
    /// Data asked for was not answered in time.
    Unanswered,
    /// The first rescue of a silence.
    Rescue,
    /// Ordinary claims return after a rescue.
    Resumption,
    /// The key was replaced in a silence.
    KeyReplaced
}

/// @dev What became of a place that was asked for.
enum ChallengeState {
    None,
    Open,
    Answered,
    /// Never answered: it removed its claim.
    Expired,
    /// Its claim was removed for something else.
    Refunded
}

/// @dev What stands at a place that was asked for, as docs/spec/fraud-proofs.md has pages and lists.
struct Answer {
    Place place;
    bytes data;
}

/// @dev An inbox item that a rescue executes.
struct RescuedItem {
    bytes32 preRoot;
    /// Index in the queue.
    uint64 item;
    bytes32 postRoot;
}

/// @dev The items of one shard, in the order of the queue. The run ends in the last one's `postRoot`.
struct RescuedRun {
    uint8 shard;
    RescuedItem[] items;
}

/// @dev One block that consumes items of the inbox and nothing else. The rollup fills in everything that follows from the parent
/// and the queue.
struct RescueRequest {
    /// The claim at the head, whole.
    BatchClaim parent;
    Millis timestamp;
    uint64 inboxCount;
    bytes32 stateRoot;
    /// The inbox's price point that holds after the parent.
    uint256 pricePoint;
    RescuedRun[] runs;
}
