// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Chunks of a part
/// @notice A binary SHA-256 tree over chunks of 1,024 bytes, filled up with 32 zero bytes to a power of two.
library Chunks {
    uint256 internal constant CHUNK_BYTES = 1024;
    uint256 internal constant MAX_PART_BYTES = 2 ** 24;
    bytes1 private constant LEAF = 0x00;
    bytes1 private constant NODE = 0x01;

    /// @notice Chunks of a part of `length` bytes.
    function count(uint256 length) internal pure returns (uint256) {
        return (length + CHUNK_BYTES - 1) / CHUNK_BYTES;
    }

    /// @notice Steps from a chunk to the root in a tree of `chunks`.
    function depth(uint256 chunks) internal pure returns (uint256 steps) {
        while (2 ** steps < chunks) ++steps;
    }

    /// @notice The root that `chunk` at `index` leads to.
    function root(uint32 index, bytes calldata chunk, bytes32[] calldata path) internal pure returns (bytes32 node) {
        node = sha256(abi.encodePacked(LEAF, index, chunk));
        for (uint256 i; i < path.length; ++i) {
            node = (index >> i) & 1 == 1
                ? sha256(abi.encodePacked(NODE, path[i], node))
                : sha256(abi.encodePacked(NODE, node, path[i]));
        }
    }
}
