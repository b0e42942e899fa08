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

    /// @notice How `account` stands now, for `chargeStanding`: a word that only the pricing reads.
    function standingOf(address account) external view returns (uint256 standing);

    /// @notice `charge` without asking how sender and payer stand: the caller has the words that `standingOf` answered, and keeps
    /// them no longer than its own call. Where both are one account, so are the words.
    /// @return part Wei.
    function chargeStanding(
        address sender,
        address payer,
        address recipient,
        uint256 senderStanding,
        uint256 payerStanding
    ) external returns (uint256 part);
}
