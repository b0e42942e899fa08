// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Bounds} from "../libraries/Bounds.sol";

/// @title Timelock of Parley
/// @notice The account that governs every contract: does what was voted, once it has stood for a time. Anyone may execute.
contract ParleyTimelock is TimelockController {
    uint256 private constant MIN_DELAY = 1 hours;
    uint256 private constant MAX_DELAY = 30 days;

    /// @param delay Seconds, an hour to 30 days.
    /// @param admin Grants the governor its roles and then renounces its own.
    constructor(uint256 delay, address admin) TimelockController(delay, new address[](0), _anyone(), admin) {
        Bounds.check("delay", delay, MIN_DELAY, MAX_DELAY);
    }

    /// @notice Sets the delay. Only this contract may call, by a vote.
    function updateDelay(uint256 newDelay) public override {
        Bounds.check("delay", newDelay, MIN_DELAY, MAX_DELAY);
        super.updateDelay(newDelay);
    }

    function _anyone() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
