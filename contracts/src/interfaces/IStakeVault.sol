// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {StakeAccount} from "../types/Economics.sol";

/// @title Stakes
/// @notice Ether that accounts put behind what they send. It leaves with a delay, and the governance alone may take it.
/// @dev The sum of all that is staked, leaving and slashed is the balance. Amounts are wei.
interface IStakeVault {
    /// @notice Thrown when `amount` is 0.
    error StakeVault_AmountZero();
    /// @notice Thrown when `amount` is more than the `available` of `account`.
    error StakeVault_NotEnough(address account, uint256 amount, uint256 available);
    /// @notice Thrown when nothing of the caller's may leave before `leavesAt`; 0 when nothing is leaving.
    error StakeVault_Locked(uint64 leavesAt);
    /// @notice Thrown when `recipient` refuses `amount`.
    error StakeVault_PaymentFailed(address recipient, uint256 amount);

    /// @notice Emitted when `payer` adds `amount` to the stake of `account`.
    event Staked(address indexed account, address indexed payer, uint256 amount);
    /// @notice Emitted when `amount` begins to leave; all that is leaving may be withdrawn from `leavesAt`.
    event ExitStarted(address indexed account, uint256 amount, uint64 leavesAt);
    /// @notice Emitted when `amount` of an account's stake is paid to `recipient`.
    event StakeWithdrawn(address indexed account, address indexed recipient, uint256 amount);
    /// @notice Emitted when the governance takes `amount` of an account's stake, for what `evidence` shows.
    event Slashed(address indexed account, uint256 amount, bytes32 evidence);
    /// @notice Emitted when what was slashed goes to the treasury.
    event SlashedCollected(address indexed treasury, uint256 amount);
    /// @notice Emitted when stakes that begin to leave come to take `delay` seconds.
    event UnbondingDelaySet(uint32 delay);

    /// @notice Adds the value sent to the stake of `account`.
    function stake(address account) external payable;

    /// @notice Lets `amount` of the caller's stake leave. All that is leaving waits for the later of its own
    /// time and the new amount's.
    function startExit(uint128 amount) external returns (uint64 leavesAt);

    /// @notice Pays all of the caller's stake that has left to `recipient`.
    function withdraw(address recipient) external returns (uint256 amount);

    /// @notice Takes `amount` from what is leaving, then from what is staked; what there is if that is less, so that nobody
    /// stops a slash by letting some leave before. Only the governance may call.
    /// @param evidence SHA-256 of what shows why.
    function slash(address account, uint128 amount, bytes32 evidence) external returns (uint128 taken);

    /// @notice Sends what was slashed to the treasury. Anyone may call.
    function collectSlashed() external returns (uint256 amount);

    /// @notice Sets how long stakes take to leave, a day to 90. Only the governance may call.
    function setUnbondingDelay(uint32 delay) external;

    /// @notice Stake of `account`.
    function stakeOf(address account) external view returns (StakeAccount memory);

    /// @notice Slashed and not yet collected.
    function slashed() external view returns (uint256);

    /// @notice Seconds that stakes take to leave.
    function unbondingDelay() external view returns (uint32);
}
