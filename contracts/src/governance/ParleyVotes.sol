// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Bounds} from "../libraries/Bounds.sol";

/// @title Votes of Parley
/// @notice A fixed supply of votes, counted by time. Nobody can make more.
contract ParleyVotes is ERC20, ERC20Permit, ERC20Votes {
    uint256 private constant MIN_SUPPLY = 10 ** 18;
    uint256 private constant MAX_SUPPLY = 10 ** 28;

    /// @param holder Who has all votes at first.
    /// @param supply 10^18 to 10^28, of 18 decimals.
    constructor(address holder, uint256 supply) ERC20("Parley Votes", "PARLEY") ERC20Permit("Parley Votes") {
        Bounds.check("supply", supply, MIN_SUPPLY, MAX_SUPPLY);
        _mint(holder, supply);
    }

    /// @notice Seconds since 1970.
    function clock() public view override returns (uint48) {
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        return uint48(block.timestamp);
    }

    /// @notice Tells by ERC-6372 that the clock is time.
    // forge-lint: disable-next-line(mixed-case-function) named so by ERC-6372
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
