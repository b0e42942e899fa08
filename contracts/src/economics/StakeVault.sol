// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../governance/Governed.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {StakeAccount} from "../types/Economics.sol";

/// @title Stakes
/// @dev Errors, events and what each function promises stand in `IStakeVault`.
contract StakeVault is IStakeVault, Governed {
    uint256 private constant MIN_DELAY = 1 days;
    uint256 private constant MAX_DELAY = 90 days;

    address private immutable TREASURY;

    /// @inheritdoc IStakeVault
    uint256 public slashed;
    /// @inheritdoc IStakeVault
    uint32 public unbondingDelay;

    mapping(address account => StakeAccount) private _accounts;

    constructor(address governance_, address treasury, uint32 delay) Governed(governance_) {
        _checkAddress("treasury", treasury);
        TREASURY = treasury;
        _setUnbondingDelay(delay);
    }

    /// @inheritdoc IStakeVault
    function stake(address account) external payable {
        if (msg.value == 0) revert StakeVault_AmountZero();
        // forge-lint: disable-next-line(unsafe-typecast) there is less ether than 2^128 wei
        _accounts[account].staked += uint128(msg.value);
        emit Staked(account, msg.sender, msg.value);
    }

    /// @inheritdoc IStakeVault
    function startExit(uint128 amount) external returns (uint64 leavesAt) {
        if (amount == 0) revert StakeVault_AmountZero();
        StakeAccount storage account = _accounts[msg.sender];
        if (amount > account.staked) revert StakeVault_NotEnough(msg.sender, amount, account.staked);
        leavesAt = uint64(block.timestamp) + unbondingDelay;
        if (leavesAt < account.leavesAt) leavesAt = account.leavesAt;
        account.staked -= amount;
        account.leaving += amount;
        account.leavesAt = leavesAt;
        emit ExitStarted(msg.sender, amount, leavesAt);
    }

    /// @inheritdoc IStakeVault
    function withdraw(address recipient) external returns (uint256 amount) {
        StakeAccount storage account = _accounts[msg.sender];
        amount = account.leaving;
        if (amount == 0 || block.timestamp < account.leavesAt) revert StakeVault_Locked(account.leavesAt);
        (account.leaving, account.leavesAt) = (0, 0);
        emit StakeWithdrawn(msg.sender, recipient, amount);
        _pay(recipient, amount);
    }

    /// @inheritdoc IStakeVault
    function slash(address account, uint128 amount, bytes32 evidence) external returns (uint128 taken) {
        _checkGovernance();
        if (amount == 0) revert StakeVault_AmountZero();
        StakeAccount storage account_ = _accounts[account];
        // What was voted must not fail because some of it has left meanwhile.
        uint128 fromLeaving = amount < account_.leaving ? amount : account_.leaving;
        uint128 rest = amount - fromLeaving;
        uint128 fromStaked = rest < account_.staked ? rest : account_.staked;
        account_.leaving -= fromLeaving;
        account_.staked -= fromStaked;
        taken = fromLeaving + fromStaked;
        slashed += taken;
        emit Slashed(account, taken, evidence);
    }

    /// @inheritdoc IStakeVault
    function collectSlashed() external returns (uint256 amount) {
        amount = slashed;
        if (amount == 0) revert StakeVault_AmountZero();
        slashed = 0;
        emit SlashedCollected(TREASURY, amount);
        _pay(TREASURY, amount);
    }

    /// @inheritdoc IStakeVault
    function setUnbondingDelay(uint32 delay) external {
        _checkGovernance();
        _setUnbondingDelay(delay);
    }

    /// @inheritdoc IStakeVault
    function stakeOf(address account) external view returns (StakeAccount memory) {
        return _accounts[account];
    }

    function _setUnbondingDelay(uint32 delay) private {
        Bounds.check("unbondingDelay", delay, MIN_DELAY, MAX_DELAY);
        unbondingDelay = delay;
        emit UnbondingDelaySet(delay);
    }

    function _pay(address recipient, uint256 amount) private {
        (bool paid,) = recipient.call{value: amount}("");
        if (!paid) revert StakeVault_PaymentFailed(recipient, amount);
    }
}
