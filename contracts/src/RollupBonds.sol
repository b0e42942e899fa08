// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupEvents} from "./interfaces/IRollupEvents.sol";

/// @title Bonds of claimers and of those who answer for the sequencer's keys
abstract contract RollupBonds is IRollupEvents {
    struct Bond {
        uint128 amount;
        uint64 lastClaim;
        uint56 unlocksAt;
        bool mayClaim;
    }

    address internal immutable OPERATOR;
    uint128 internal immutable BOND;

    mapping(address account => Bond) internal _bonds;
    mapping(address bondOwner => address key) internal _answersFor;

    constructor(address operator, uint128 bond) {
        OPERATOR = operator;
        BOND = bond;
    }

    /// @dev Puts the bonds of the claimer and of `bondOwner` behind claim `number`, which cancels their exits.
    function _useBonds(uint64 number, address bondOwner) internal {
        if (!_bonds[msg.sender].mayClaim) revert Rollup_NotClaimer(msg.sender);
        if (bondOwner == msg.sender) revert Rollup_BondShared(msg.sender);
        _useBond(number, msg.sender, BOND);
        _useBond(number, bondOwner, BOND);
    }

    /// @dev Puts the bond of `account`, `required` wei at least, behind claim `number`, which cancels its exit.
    function _useBond(uint64 number, address account, uint128 required) internal {
        Bond memory bond = _bonds[account];
        if (bond.amount < required) revert Rollup_BondTooSmall(account, bond.amount, required);
        bond.lastClaim = number;
        bond.unlocksAt = 0;
        _bonds[account] = bond;
    }

    function _setClaimer(address claimer, bool allowed) internal {
        _bonds[claimer].mayClaim = allowed;
        emit ClaimerSet(claimer, allowed);
    }

    function _answer(address bondOwner, address key) internal {
        _answersFor[bondOwner] = key;
        emit Answering(bondOwner, key);
    }

    function _checkOperator() internal view {
        if (msg.sender != OPERATOR) revert Rollup_NotOperator(msg.sender);
    }
}
