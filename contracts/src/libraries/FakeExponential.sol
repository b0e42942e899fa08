// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The exponential of EIP-4844
library FakeExponential {
    /// @notice factor * e^(numerator / denominator) by its Taylor series, every term rounded down.
    function grow(uint256 factor, uint256 numerator, uint256 denominator) internal pure returns (uint256) {
        uint256 sum;
        uint256 term = factor * denominator;
        for (uint256 i = 1; term > 0; ++i) {
            sum += term;
            term = term * numerator / (denominator * i);
        }
        return sum / denominator;
    }
}
