// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Millis, Mwei} from "../types/Units.sol";

/// @title SSZ Merkle trees over SHA-256
/// @notice Chunks, roots and branches as `hash_tree_root` has them, hashed by precompile 2.
library Ssz {
    /// @notice Thrown when the SHA-256 precompile fails or does not answer 32 bytes.
    error Ssz_Sha256Failed();

    /// @notice Thrown when `count` chunks do not fit a tree of `depth` levels.
    error Ssz_TooManyChunks(uint256 count, uint256 depth);

    /// @notice SHA-256 of two chunks.
    function hash(bytes32 left, bytes32 right) internal view returns (bytes32 digest) {
        bool answered;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            answered := staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)
            answered := and(answered, eq(returndatasize(), 0x20))
            digest := mload(0x00)
        }
        if (!answered) revert Ssz_Sha256Failed();
    }

    /// @notice SHA-256 of three chunks.
    function hash(bytes32 a, bytes32 b, bytes32 c) internal view returns (bytes32 digest) {
        bool answered;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, a)
            mstore(add(pointer, 0x20), b)
            mstore(add(pointer, 0x40), c)
            answered := staticcall(gas(), 2, pointer, 0x60, 0x00, 0x20)
            answered := and(answered, eq(returndatasize(), 0x20))
            digest := mload(0x00)
        }
        if (!answered) revert Ssz_Sha256Failed();
    }

    /// @notice Root of four chunks.
    function hash4(bytes32 a, bytes32 b, bytes32 c, bytes32 d) internal view returns (bytes32) {
        return hash(hash(a, b), hash(c, d));
    }

    /// @notice Chunk of an unsigned integer of at most 64 bits: its bytes in little-endian order, then zeros.
    function chunk(uint64 value) internal pure returns (bytes32) {
        uint256 v = value;
        v = ((v & 0x00ff00ff00ff00ff) << 8) | ((v >> 8) & 0x00ff00ff00ff00ff);
        v = ((v & 0x0000ffff0000ffff) << 16) | ((v >> 16) & 0x0000ffff0000ffff);
        v = ((v & 0x00000000ffffffff) << 32) | (v >> 32);
        return bytes32(v << 192);
    }

    function chunk(Mwei amount) internal pure returns (bytes32) {
        return chunk(Mwei.unwrap(amount));
    }

    function chunk(Millis time) internal pure returns (bytes32) {
        return chunk(Millis.unwrap(time));
    }

    /// @notice Chunk of an address as 20 bytes, then zeros.
    function chunk(address value) internal pure returns (bytes32) {
        return bytes32(bytes20(value));
    }

    /// @notice Root of `chunks` padded with zero chunks to 2 ** depth. Overwrites `chunks`.
    function merkleize(bytes32[] memory chunks, uint256 depth) internal view returns (bytes32) {
        uint256 count = chunks.length;
        if (count > 2 ** depth) revert Ssz_TooManyChunks(count, depth);
        bytes32 zero;
        for (uint256 level; level < depth; ++level) {
            uint256 pairs = (count + 1) / 2;
            for (uint256 i; i < pairs; ++i) {
                bytes32 right = 2 * i + 1 < count ? chunks[2 * i + 1] : zero;
                chunks[i] = hash(chunks[2 * i], right);
            }
            count = pairs;
            zero = hash(zero, zero);
        }
        return count == 0 ? zero : chunks[0];
    }

    /// @notice Root of a list: the root of its elements with their number mixed in.
    function mixInLength(bytes32 root, uint64 length) internal view returns (bytes32) {
        return hash(root, chunk(length));
    }

    /// @notice Root of a union: the root of its value with the selector mixed in.
    function mixInSelector(bytes32 root, uint8 selector) internal view returns (bytes32) {
        return hash(root, chunk(uint64(selector)));
    }

    /// @notice Root of the tree in which `leaf` has the siblings `branch`, from the leaf's own upwards.
    /// @param path Bit i says whether the node at height i is a right child.
    function branchRoot(bytes32 leaf, bytes32[] calldata branch, uint256 path) internal view returns (bytes32 node) {
        node = leaf;
        for (uint256 i; i < branch.length; ++i) {
            node = (path >> i) & 1 == 1 ? hash(branch[i], node) : hash(node, branch[i]);
        }
    }
}
