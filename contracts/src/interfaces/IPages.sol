// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Place} from "../types/Batch.sol";

/// @title Answers to who asks for a claim's data
/// @notice No storage, no constructor arguments, no owner. Formats stand in docs/spec/fraud-proofs.md.
interface IPages {
    /// @notice Thrown when a list has `count` elements, more than `max`: no value of the types has such a root.
    error Pages_TooMany(uint256 count, uint256 max);
    /// @notice Thrown when block `index` of `count` is answered for.
    error Pages_UnknownBlock(uint256 index, uint256 count);

    /// @notice Returns its own selector if `data` is what stands at `place` of the part that has `root`; reverts otherwise.
    /// @param blocks Of the batch. A place whose block is that number is the list of all blocks' roots.
    /// @return selector Its own.
    /// @return pages That the part has of the block, by the lengths of its runs: 1 at least, and 1 where they have more segments
    /// together than a block may have, for then the lengths are what is wrong. 0 of the list.
    function check(bytes32 root, uint64 blocks, Place calldata place, bytes calldata data)
        external
        view
        returns (bytes4 selector, uint16 pages);
}
