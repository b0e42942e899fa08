// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupClaims} from "./RollupClaims.sol";
import {IRollupCore} from "./interfaces/IRollupCore.sol";

/// @title What owners do with their bonds
/// @dev Errors, events and what each function promises stand in `IRollupCore` and `IRollupEvents`.
abstract contract RollupBondOwners is RollupClaims, IRollupCore {
    uint32 internal immutable EVIDENCE_PERIOD;

    constructor(uint32 evidencePeriod) {
        EVIDENCE_PERIOD = evidencePeriod;
    }

    /// @inheritdoc IRollupCore
    function depositBondFor(address account) external payable {
        Bond storage bond = _bonds[account];
        uint256 amount = bond.amount + msg.value;
        // forge-lint: disable-next-line(unsafe-typecast) there are fewer than 2^128 wei
        bond.amount = uint128(amount);
        emit BondDeposited(account, msg.value, amount);
    }

    /// @inheritdoc IRollupCore
    function answerFor(address key) external {
        _answer(msg.sender, key);
    }

    /// @inheritdoc IRollupCore
    function startBondExit() external returns (uint64 unlocksAt) {
        Bond storage bond = _bonds[msg.sender];
        if (bond.amount == 0) revert Rollup_NoBond();
        uint64 latest = _head.number;
        uint64 lastClaim = bond.lastClaim < latest ? bond.lastClaim : latest;
        if (lastClaim > _finalNumber) revert Rollup_ClaimPending(lastClaim);
        unlocksAt = uint64(block.timestamp) + EVIDENCE_PERIOD;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds plus 32 bits
        bond.unlocksAt = uint56(unlocksAt);
        emit BondExitStarted(msg.sender, unlocksAt);
    }

    /// @inheritdoc IRollupCore
    function withdrawBond(address recipient) external {
        Bond storage bond = _bonds[msg.sender];
        uint256 amount = bond.amount;
        uint64 unlocksAt = bond.unlocksAt;
        if (amount == 0) revert Rollup_NoBond();
        if (unlocksAt == 0 || block.timestamp < unlocksAt) revert Rollup_BondLocked(unlocksAt);
        bond.amount = 0;
        bond.unlocksAt = 0;
        emit BondWithdrawn(msg.sender, recipient, amount);
        (bool paid,) = recipient.call{value: amount}("");
        if (!paid) revert Rollup_PaymentFailed(recipient, amount);
    }

    /// @inheritdoc IRollupCore
    function setClaimer(address claimer, bool allowed) external {
        _checkOperator();
        _setClaimer(claimer, allowed);
    }

    /// @inheritdoc IRollupCore
    function answersFor(address bondOwner) external view returns (address key) {
        return _answersFor[bondOwner];
    }

    /// @inheritdoc IRollupCore
    function isClaimer(address account) external view returns (bool) {
        return _bonds[account].mayClaim;
    }

    /// @inheritdoc IRollupCore
    function bondOf(address account) external view returns (uint128 bond, uint64 lastClaim, uint64 unlocksAt) {
        Bond memory found = _bonds[account];
        return (found.amount, found.lastClaim, found.unlocksAt);
    }
}
