// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What the second half of a rollup says of itself
interface IMadeWith {
    /// @notice keccak256 of the ABI encoding of the settings and the inbox that it was made with.
    function madeWith() external view returns (bytes32);
}
