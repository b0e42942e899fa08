// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The network's part of an invite
/// @notice What an invite costs on top of what the recipient's gate asks. Goes wholly to the treasury.
/// @dev What is counted is counted per caller, so that a call from elsewhere than an inbox changes nothing for the inbox.
interface IInvitePricing {
    /// @notice What `charge` would answer to this caller now, in wei.
    function quote(address sender, address payer, address recipient) external view returns (uint256 part);

    /// @notice Takes note of an invite.
    /// @return part Wei.
    function charge(address sender, address payer, address recipient) external returns (uint256 part);
}
