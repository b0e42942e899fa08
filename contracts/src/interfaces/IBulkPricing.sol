// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BulkParameters, Reach} from "../types/Economics.sol";
import {IInvitePricing} from "./IInvitePricing.sol";
import {IReputation} from "./IReputation.sol";

/// @title Bulk pricing
/// @notice The network's part of an invite: flat for consumers, growing with the number of invites that a sender
/// sends in an epoch and with the number of senders that a payer pays for.
/// @dev part = min(maxPart, base + unit * (surcharge / 10,000 * e^x - 1)) by EIP-4844's `fake_exponential`, where
/// x = steepness * (reach - allowance) / allowance, at least 0 and at most 17, is the greater of the sender's and the payer's,
/// this invite counted. The surcharge is the lesser of the sender's and the payer's. Where it is the payer's, the payer
/// answers for the sender: every invite of that sender counts as one more sender of the payer, and not for the sender, for keys
/// cost nothing.
interface IBulkPricing is IInvitePricing {
    /// @notice Emitted when the parameters change; all counts begin anew then if the epoch's length does.
    event BulkParametersSet(BulkParameters parameters);

    /// @notice Sets the parameters. Only the governance may call.
    /// @param next Each within its bounds, and its amounts, counts and epoch at most tenfold from those in force, a `base` of 0
    /// counting as 10^9, an hour after the change before.
    function setParameters(BulkParameters calldata next) external;

    /// @notice Parameters in force.
    function parameters() external view returns (BulkParameters memory);

    /// @notice What `account` has reached in this epoch as counted for `caller`, and its allowances.
    function reachOf(address caller, address account) external view returns (Reach memory);

    /// @notice Number of the epoch, and when it ends in seconds since 1970.
    function currentEpoch() external view returns (uint64 number, uint64 endsAt);

    /// @notice Who says how accounts stand.
    function reputation() external view returns (IReputation);
}
