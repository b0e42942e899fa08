// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFlatFeeGate} from "../interfaces/IGates.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {InviteContext} from "../types/Invites.sol";

/// @title Flat fee gate
/// @dev Errors, events and what each function promises stand in `IFlatFeeGate`.
contract FlatFeeGate is IFlatFeeGate {
    uint256 private constant MIN_FEE = 1 gwei;
    uint256 private constant MAX_FEE = 1 ether;

    /// @dev One above the fee; 0 means that none is set.
    mapping(address recipient => uint256) private _fees;

    /// @inheritdoc IFlatFeeGate
    function setFee(uint256 fee) external {
        if (fee != 0 && (fee < MIN_FEE || fee > MAX_FEE)) revert FlatFeeGate_FeeOutOfBounds(fee);
        _fees[msg.sender] = fee + 1;
        emit FeeSet(msg.sender, fee);
    }

    /// @inheritdoc IInboxGate
    function quote(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return feeOf(context.recipient);
    }

    /// @inheritdoc IInboxGate
    function admit(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return feeOf(context.recipient);
    }

    /// @inheritdoc IInboxGate
    function share() external pure returns (address beneficiary, uint16 basisPoints) {
        return (address(0), 0);
    }

    /// @inheritdoc IFlatFeeGate
    function feeOf(address recipient) public view returns (bool set, uint256 fee) {
        uint256 next = _fees[recipient];
        return next == 0 ? (false, 0) : (true, next - 1);
    }
}
