// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Bounds} from "../libraries/Bounds.sol";

/// @title Timelock of Parley
/// @notice The account that governs every contract: does what was voted, once it has stood for a time. Anyone may execute.
contract ParleyTimelock is TimelockController {
    uint256 private constant MIN_DELAY = 1 hours;
    uint256 private constant MAX_DELAY = 30 days;

    /// @notice Seconds that what was voted stands at least, whatever is voted later: the time that users have to leave.
    uint256 public immutable leastDelay;

    /// @param delay Seconds, `least` to 30 days.
    /// @param least Seconds, an hour to 30 days; above the rollup's force delay, or nobody could leave in time.
    /// @param admin Grants the governor its roles and then renounces its own.
    constructor(uint256 delay, uint256 least, address admin)
        TimelockController(delay, new address[](0), _anyone(), admin)
    {
        Bounds.check("leastDelay", least, MIN_DELAY, MAX_DELAY);
        Bounds.check("delay", delay, least, MAX_DELAY);
        leastDelay = least;
    }

    /// @notice Sets the delay. Only this contract may call, by a vote.
    function updateDelay(uint256 newDelay) public override {
        Bounds.check("delay", newDelay, leastDelay, MAX_DELAY);
        super.updateDelay(newDelay);
    }

    function _anyone() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
