// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Cursor, Cursors} from "./Cursors.sol";

/// @title Merkle branches of packed openings
/// @dev A branch is a bitmap of 4 bytes and siblings from the leaf's own upwards: bit i says that the one at height i follows;
/// where it is clear it is the root of a tree of zeros.
library Trees {
    using Cursors for Cursor;

    /// @dev Selector of `Ssz_Sha256Failed`.
    uint256 private constant FAILED = 0x5ab1855100000000000000000000000000000000000000000000000000000000;
    /// @dev Levels of the deepest list, that of accounts.
    uint256 private constant HIGHEST = 32;

    /// @notice Roots of trees of zeros by their height, 0 to 32.
    function zeros() internal view returns (bytes32[] memory table) {
        table = new bytes32[](HIGHEST + 1);
        for (uint256 i; i < HIGHEST; ++i) {
            table[i + 1] = Ssz.hash(table[i], table[i]);
        }
    }

    /// @notice Root of the tree of `depth` levels that has `leaf` at `index`.
    function rootOf(Cursor memory cursor, bytes32[] memory table, bytes32 leaf, uint256 index, uint256 depth)
        internal
        view
        returns (bytes32 root)
    {
        (root,) = replace(cursor, table, leaf, leaf, index, depth);
    }

    /// @notice Roots of the tree that has `before` at `index`, and of the same with `next` in its place.
    function replace(
        Cursor memory cursor,
        bytes32[] memory table,
        bytes32 before,
        bytes32 next,
        uint256 index,
        uint256 depth
    ) internal view returns (bytes32, bytes32) {
        uint256 bitmap = cursor.take(4);
        if (bitmap >> depth != 0) revert IProof.Proof_BranchTooLong(bitmap, depth);
        uint256 at = cursor.at;
        // `zeros` has shown that the precompile is there, so only its failing is looked at, which `Ssz` names. A bit above those of
        // the siblings ends the loop. The node is hashed onto itself, so that the sibling beside it stays for the second root.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            table := add(table, 0x20)
            for { bitmap := or(bitmap, shl(depth, 1)) } gt(bitmap, 1) { bitmap := shr(1, bitmap) } {
                let side := shl(5, and(index, 1))
                switch and(bitmap, 1)
                case 0 { mstore(xor(side, 0x20), mload(table)) }
                default {
                    mstore(xor(side, 0x20), calldataload(at))
                    at := add(at, 0x20)
                }
                mstore(side, before)
                let failed := iszero(staticcall(gas(), 2, 0x00, 0x40, side, 0x20))
                let parent := mload(side)
                switch eq(before, next)
                case 0 {
                    mstore(side, next)
                    failed := or(failed, iszero(staticcall(gas(), 2, 0x00, 0x40, side, 0x20)))
                    next := mload(side)
                }
                default { next := parent }
                before := parent
                if failed {
                    mstore(0x00, FAILED)
                    revert(0x00, 0x04)
                }
                table := add(table, 0x20)
                index := shr(1, index)
            }
        }
        cursor.skip(at - cursor.at);
        return (before, next);
    }

    /// @notice Root of the tree of `to` levels whose first 2 ** from leaves are under `root` and the others zero.
    function lift(bytes32 root, bytes32[] memory table, uint256 from, uint256 to) internal view returns (bytes32) {
        for (uint256 i = from; i < to; ++i) {
            root = Ssz.hash(root, table[i]);
        }
        return root;
    }

    /// @notice Levels of the smallest tree with room for one leaf more than `count`, at most `depth`.
    function heightOf(uint256 count, uint256 depth) internal pure returns (uint256 height) {
        while (height < depth && count >> height != 0) ++height;
    }

    /// @notice Root of a container of five to eight fields of which the last two are zero.
    function container(bytes32[] memory table, bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e, bytes32 f)
        internal
        view
        returns (bytes32 root)
    {
        bytes32 zero = table[1];
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let chunks := mload(0x40)
            mstore(chunks, a)
            mstore(add(chunks, 0x20), b)
            mstore(add(chunks, 0x40), c)
            mstore(add(chunks, 0x60), d)
            mstore(add(chunks, 0x80), e)
            mstore(add(chunks, 0xa0), f)
            let answered := staticcall(gas(), 2, chunks, 0x40, chunks, 0x20)
            answered := and(answered, staticcall(gas(), 2, add(chunks, 0x40), 0x40, add(chunks, 0x20), 0x20))
            answered := and(answered, staticcall(gas(), 2, chunks, 0x40, chunks, 0x20))
            answered := and(answered, staticcall(gas(), 2, add(chunks, 0x80), 0x40, add(chunks, 0x20), 0x20))
            mstore(add(chunks, 0x40), zero)
            answered := and(answered, staticcall(gas(), 2, add(chunks, 0x20), 0x40, add(chunks, 0x20), 0x20))
            answered := and(answered, staticcall(gas(), 2, chunks, 0x40, chunks, 0x20))
            root := mload(chunks)
            if iszero(answered) {
                mstore(0x00, FAILED)
                revert(0x00, 0x04)
            }
        }
    }

    /// @notice Checks that `shown` is the root that it must stand under.
    function checkRoot(bytes32 shown, bytes32 expected) internal pure {
        if (shown != expected) revert IProof.Proof_NotUnderRoot(shown, expected);
    }
}
