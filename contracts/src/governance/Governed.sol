// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bounds} from "../libraries/Bounds.sol";

/// @title What only the governance may change
abstract contract Governed {
    /// @notice Account that may set the parameters.
    address public immutable governance;

    /// @dev When parameters that move tenfold at most changed last; 0 since deployment.
    uint64 private _changedAt;

    /// @notice Thrown when `caller` is not the governance.
    error Governed_NotGovernance(address caller);
    /// @notice Thrown when address 0 is given for `name`.
    error Governed_AddressZero(string name);

    constructor(address governance_) {
        _checkAddress("governance", governance_);
        governance = governance_;
    }

    /// @dev Begins a change of such parameters.
    function _startChange() internal {
        _checkGovernance();
        _changedAt = Bounds.checkInterval(_changedAt);
    }

    function _checkGovernance() internal view {
        if (msg.sender != governance) revert Governed_NotGovernance(msg.sender);
    }

    function _checkAddress(string memory name, address account) internal pure {
        if (account == address(0)) revert Governed_AddressZero(name);
    }
}
