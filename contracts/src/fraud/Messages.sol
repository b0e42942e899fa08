// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ssz} from "../libraries/Ssz.sol";
import {Cursor, Cursors} from "./Cursors.sol";

/// @title Messages in their SSZ form
/// @notice 38 bytes each: conversation (4) and member (2), little-endian, then the content. So they are chunks already.
library Messages {
    using Cursors for Cursor;

    uint256 internal constant SIZE = 38;
    /// @dev Levels of a list of at most 32 messages or signatures.
    uint256 internal constant DEPTH = 5;

    /// @notice Reads `count` messages and gives the root of their tree.
    /// @return at Where the first begins in calldata.
    function read(Cursor memory cursor, uint256 count) internal view returns (uint256 at, bytes32 tree) {
        at = cursor.skip(SIZE * count);
        bytes32[] memory roots = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            roots[i] = _rootAt(at + SIZE * i);
        }
        tree = Ssz.merkleize(roots, DEPTH);
    }

    /// @notice Reads one message and gives its root.
    /// @return at Where it begins in calldata.
    function readOne(Cursor memory cursor) internal view returns (uint256 at, bytes32 root) {
        at = cursor.skip(SIZE);
        root = _rootAt(at);
    }

    /// @notice The message that begins at `at`.
    function get(uint256 at) internal pure returns (uint256 conversation, uint256 member, bytes32 content) {
        bytes32 first;
        bytes32 second;
        (first, second, content) = _chunks(at);
        conversation = uint256(
            uint8(first[0]) | uint32(uint8(first[1])) << 8 | uint32(uint8(first[2])) << 16 | uint32(uint8(first[3]))
                << 24
        );
        member = uint256(uint8(second[0]) | uint16(uint8(second[1])) << 8);
    }

    /// @notice Whether the messages that begin at `a` and `b` are of one slot of one conversation.
    function sameSlot(uint256 a, uint256 b) internal pure returns (bool same) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            same := iszero(shr(208, xor(calldataload(a), calldataload(b))))
        }
    }

    function _rootAt(uint256 at) private view returns (bytes32) {
        (bytes32 conversation, bytes32 member, bytes32 content) = _chunks(at);
        return Ssz.hash4(conversation, member, content, 0);
    }

    function _chunks(uint256 at) private pure returns (bytes32 conversation, bytes32 member, bytes32 content) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let head := calldataload(at)
            conversation := shl(224, shr(224, head))
            member := shl(240, shr(208, head))
            content := calldataload(add(at, 6))
        }
    }
}
