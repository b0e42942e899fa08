// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Bounds of what the governance sets
/// @dev A slip of units is a factor of 10^3 or more, or a time taken for an amount: what is set moves tenfold at most by one
/// vote. All calls of a vote are made in one second, so that an interval keeps them from moving it again and again.
library Bounds {
    uint256 private constant MAX_FACTOR = 10;
    /// @dev The least delay of a timelock.
    uint256 private constant MIN_INTERVAL = 1 hours;

    /// @notice Thrown when `value`, meant for the parameter `name`, is not `min` to `max`.
    error Bounds_OutOfBounds(string name, uint256 value, uint256 min, uint256 max);
    /// @notice Thrown when the parameter `name` would go from `before` to `next`, further than tenfold at once.
    error Bounds_StepTooLarge(string name, uint256 before, uint256 next);
    /// @notice Thrown when parameters change again before `earliest`.
    error Bounds_ChangedTooRecently(uint256 earliest);

    function check(string memory name, uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert Bounds_OutOfBounds(name, value, min, max);
    }

    /// @notice Lets a value that is in force move tenfold at most.
    function checkStep(string memory name, uint256 before, uint256 next) internal pure {
        checkStep(name, before, next, 0);
    }

    /// @notice The same for a value that may be 0, which counts as `least`: what was 0 becomes ten times that at most.
    function checkStep(string memory name, uint256 before, uint256 next, uint256 least) internal pure {
        uint256 from = before > least ? before : least;
        uint256 to = next > least ? next : least;
        if (to > from * MAX_FACTOR || from > to * MAX_FACTOR) revert Bounds_StepTooLarge(name, before, next);
    }

    /// @notice Refuses a change within an hour of the one before.
    /// @param changedAt When parameters changed before; 0 for never.
    /// @return now_ To be kept as the time of this change.
    function checkInterval(uint64 changedAt) internal view returns (uint64 now_) {
        uint256 earliest = changedAt + MIN_INTERVAL;
        if (changedAt != 0 && block.timestamp < earliest) revert Bounds_ChangedTooRecently(earliest);
        return uint64(block.timestamp);
    }
}
