// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {InviteContext} from "../types/Invites.sol";

/// @title Gate of an inbox
/// @notice Says whether an invite may pass and what it costs. Anyone may write one; a recipient chooses whom to trust.
/// @dev What a gate counts it counts per caller, so that a call from elsewhere than an inbox changes nothing for the
/// inbox. Whoever calls must hold itself to the fee it was told.
interface IInboxGate {
    /// @notice What `admit` would answer to this caller now.
    /// @return admitted Whether the invite may pass.
    /// @return fee In wei; 0 when it may not.
    function quote(InviteContext calldata context) external view returns (bool admitted, uint256 fee);

    /// @notice Takes note of an invite. A refusal changes nothing.
    function admit(InviteContext calldata context) external returns (bool admitted, uint256 fee);

    /// @notice Part of its fees that the gate asks for itself, in hundredths of a percent, and who receives it.
    function share() external view returns (address beneficiary, uint16 basisPoints);
}
