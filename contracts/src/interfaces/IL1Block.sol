// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The OP Stack's view of its L1
/// @notice Predeploy at 0x4200000000000000000000000000000000000015, written by the L2's own system transactions.
interface IL1Block {
    /// @notice Base fee of the L1, in wei a gas.
    function basefee() external view returns (uint256);

    /// @notice Blob base fee of the L1, in wei a blob gas.
    function blobBaseFee() external view returns (uint256);

    /// @notice Millionths by which the L1 base fee enters the L1 data fee.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Millionths by which the L1 blob base fee enters the L1 data fee.
    function blobBaseFeeScalar() external view returns (uint32);
}
