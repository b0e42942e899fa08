// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IQueue} from "../../src/interfaces/IQueue.sol";
import {Prices} from "../../src/types/State.sol";

/// @title A queue that says what it was told
/// @notice Stands in for the inbox where a test brings its own items.
contract RecordedQueue is IQueue {
    struct Item {
        bytes32 root;
        uint64 time;
        uint8 shard;
        bytes32 inboxHash;
    }

    struct Point {
        uint64 count;
        Prices prices;
    }

    Item[] private _items;
    Point[] private _points;

    error RecordedQueue_Beyond(uint64 index, uint256 length);
    error RecordedQueue_NotThatPoint(uint64 count, uint256 point);

    function record(Item[] calldata items, Point[] calldata points) external {
        for (uint256 i; i < items.length; ++i) {
            _items.push(items[i]);
        }
        for (uint256 i; i < points.length; ++i) {
            _points.push(points[i]);
        }
    }

    /// @inheritdoc IQueue
    function hashAt(uint64 count) external view returns (bytes32) {
        if (count > _items.length) revert RecordedQueue_Beyond(count, _items.length);
        return count == 0 ? bytes32(0) : _items[count - 1].inboxHash;
    }

    /// @inheritdoc IQueue
    function itemAt(uint64 index) external view returns (bytes32 root, uint64 time, uint8 shard, bytes32 inboxHash) {
        if (index >= _items.length) revert RecordedQueue_Beyond(index, _items.length);
        Item memory item = _items[index];
        return (item.root, item.time, item.shard, item.inboxHash);
    }

    /// @inheritdoc IQueue
    function pricesAt(uint64 count, uint256 point) external view returns (Prices memory) {
        bool isThere = point < _points.length && _points[point].count <= count;
        if (!isThere || (point + 1 < _points.length && _points[point + 1].count <= count)) {
            revert RecordedQueue_NotThatPoint(count, point);
        }
        return _points[point].prices;
    }
}
