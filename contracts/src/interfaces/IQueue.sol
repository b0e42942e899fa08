// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Prices} from "../types/State.sol";

/// @title What proofs ask of the inbox
/// @notice All of it is append-only: an answer once given stays the same for ever.
interface IQueue {
    /// @notice The rolling hash after the first `count` items; 32 zero bytes for none. Reverts beyond the queue.
    function hashAt(uint64 count) external view returns (bytes32);

    /// @notice What is kept of item `index`; `time` in seconds, `shard` 255 for prices. Reverts beyond the queue.
    function itemAt(uint64 index) external view returns (bytes32 root, uint64 time, uint8 shard, bytes32 inboxHash);

    /// @notice Prices after the first `count` items, which must be those of the price point `point`; reverts otherwise.
    function pricesAt(uint64 count, uint256 point) external view returns (Prices memory);
}
