// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "./interfaces/IRollup.sol";

/// @title Bonds of claimers and of those who answer for the sequencer's keys
/// @dev Errors, events and what each function promises stand in `IRollup`.
abstract contract RollupBonds is IRollup {
    struct Bond {
        uint128 amount;
        uint64 lastClaim;
        uint56 unlocksAt;
        bool mayClaim;
    }

    address internal immutable OPERATOR;
    uint128 internal immutable BOND;
    uint32 internal immutable EVIDENCE_PERIOD;

    mapping(address account => Bond) private _bonds;
    /// @inheritdoc IRollup
    mapping(address bondOwner => address key) public answersFor;

    constructor(address operator, uint128 bond, uint32 evidencePeriod) {
        OPERATOR = operator;
        BOND = bond;
        EVIDENCE_PERIOD = evidencePeriod;
    }

    /// @inheritdoc IRollup
    function depositBondFor(address account) external payable {
        Bond storage bond = _bonds[account];
        uint256 amount = bond.amount + msg.value;
        // forge-lint: disable-next-line(unsafe-typecast) there are fewer than 2^128 wei
        bond.amount = uint128(amount);
        emit BondDeposited(account, msg.value, amount);
    }

    /// @inheritdoc IRollup
    function answerFor(address key) external {
        _answer(msg.sender, key);
    }

    /// @inheritdoc IRollup
    function startBondExit() external returns (uint64 unlocksAt) {
        Bond storage bond = _bonds[msg.sender];
        if (bond.amount == 0) revert Rollup_NoBond();
        (uint64 latest, uint64 latestFinal) = _latestClaims();
        uint64 lastClaim = bond.lastClaim < latest ? bond.lastClaim : latest;
        if (lastClaim > latestFinal) revert Rollup_ClaimPending(lastClaim);
        unlocksAt = uint64(block.timestamp) + EVIDENCE_PERIOD;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds plus 32 bits
        bond.unlocksAt = uint56(unlocksAt);
        emit BondExitStarted(msg.sender, unlocksAt);
    }

    /// @inheritdoc IRollup
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

    /// @inheritdoc IRollup
    function setClaimer(address claimer, bool allowed) external {
        _checkOperator();
        _setClaimer(claimer, allowed);
    }

    /// @inheritdoc IRollup
    function isClaimer(address account) external view returns (bool) {
        return _bonds[account].mayClaim;
    }

    /// @inheritdoc IRollup
    function bondOf(address account) external view returns (uint128 bond, uint64 lastClaim, uint64 unlocksAt) {
        Bond memory found = _bonds[account];
        return (found.amount, found.lastClaim, found.unlocksAt);
    }

    /// @dev The latest claim standing and the latest final one.
    function _latestClaims() internal view virtual returns (uint64 latest, uint64 latestFinal);

    /// @dev Puts the bonds of the claimer and of `bondOwner` behind claim `number`, which cancels their exits.
    function _useBonds(uint64 number, address bondOwner) internal {
        if (!_bonds[msg.sender].mayClaim) revert Rollup_NotClaimer(msg.sender);
        if (bondOwner == msg.sender) revert Rollup_BondShared(msg.sender);
        _useBond(number, msg.sender);
        _useBond(number, bondOwner);
    }

    function _setClaimer(address claimer, bool allowed) internal {
        _bonds[claimer].mayClaim = allowed;
        emit ClaimerSet(claimer, allowed);
    }

    function _answer(address bondOwner, address key) internal {
        answersFor[bondOwner] = key;
        emit Answering(bondOwner, key);
    }

    function _checkOperator() internal view {
        if (msg.sender != OPERATOR) revert Rollup_NotOperator(msg.sender);
    }

    function _useBond(uint64 number, address account) private {
        Bond memory bond = _bonds[account];
        if (bond.amount < BOND) revert Rollup_BondTooSmall(account, bond.amount, BOND);
        bond.lastClaim = number;
        bond.unlocksAt = 0;
        _bonds[account] = bond;
    }
}
