// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What only the governance may change
abstract contract Governed {
    /// @notice Account that may set the parameters.
    address public immutable governance;

    /// @notice Thrown when `caller` is not the governance.
    error Governed_NotGovernance(address caller);
    /// @notice Thrown when address 0 is given for `name`.
    error Governed_AddressZero(string name);

    constructor(address governance_) {
        _checkAddress("governance", governance_);
        governance = governance_;
    }

    function _checkGovernance() internal view {
        if (msg.sender != governance) revert Governed_NotGovernance(msg.sender);
    }

    function _checkAddress(string memory name, address account) internal pure {
        if (account == address(0)) revert Governed_AddressZero(name);
    }
}
