// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Bounds of what the governance sets
/// @dev A slip of units is a factor of 10^3 or more, or a time taken for an amount: what is set moves tenfold at most.
library Bounds {
    uint256 internal constant MAX_FACTOR = 10;

    /// @notice Thrown when `value`, meant for the parameter `name`, is not `min` to `max`.
    error Bounds_OutOfBounds(string name, uint256 value, uint256 min, uint256 max);
    /// @notice Thrown when the parameter `name` would go from `before` to `next`, further than tenfold at once.
    error Bounds_StepTooLarge(string name, uint256 before, uint256 next);

    function check(string memory name, uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert Bounds_OutOfBounds(name, value, min, max);
    }

    /// @notice Lets a value that is in force move tenfold at most. 0 is no value: what was 0 may become anything.
    function checkStep(string memory name, uint256 before, uint256 next) internal pure {
        if (before == 0 || next == 0) return;
        if (next > before * MAX_FACTOR || before > next * MAX_FACTOR) revert Bounds_StepTooLarge(name, before, next);
    }
}
