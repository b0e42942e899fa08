// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FakeExponential} from "../libraries/FakeExponential.sol";
import {OperationRoots} from "../libraries/OperationRoots.sol";
import {FeeParameters} from "../types/Parameters.sol";
import {Prices} from "../types/State.sol";
import {Operation} from "./Operations.sol";
import {Millis} from "../types/Units.sol";

/// @title The fee market of a shard
/// @notice Equal to `protocol/src/fees` in every step.
library Fees {
    uint256 private constant MAX_PRICE_FACTOR = 64;
    uint256 private constant CAP_FRACTIONS = 5;
    /// @dev Bytes of a signature, of a segment's postRoot and selectors, of a stored conversation without members, of a member.
    uint256 private constant SIGNATURE = 64;
    uint256 private constant SEGMENT = 33;
    uint256 private constant STORED_CONVERSATION = 80;
    uint256 private constant STORED_MEMBER = 61;
    /// @dev Of a message without its signature.
    uint256 private constant MESSAGE = 38;

    /// @notice What is left of `excess` of time `from` at time `to`.
    function decayed(uint64 excess, Millis from, Millis to, FeeParameters calldata fees)
        internal
        pure
        returns (uint64)
    {
        uint256 workedOff = (to - from).timesRate(fees.target);
        // forge-lint: disable-next-line(unsafe-typecast) below `excess`
        return excess > workedOff ? uint64(excess - workedOff) : 0;
    }

    /// @notice The excess after `weight` more units, saturating.
    function grown(uint64 excess, uint256 weight, FeeParameters calldata fees) internal pure returns (uint64) {
        uint256 sum = excess + weight;
        uint256 cap = CAP_FRACTIONS * fees.fraction;
        // forge-lint: disable-next-line(unsafe-typecast) at most 5 * 2^32, or a fee parameter beyond its bounds reverts elsewhere
        return uint64(sum < cap ? sum : cap);
    }

    /// @notice Mwei of a unit of weight.
    function executionPrice(uint64 excess, FeeParameters calldata fees) internal pure returns (uint256) {
        uint256 price = FakeExponential.grow(fees.minPrice.wide(), excess, fees.fraction);
        uint256 highest = fees.minPrice.times(MAX_PRICE_FACTOR);
        return price < highest ? price : highest;
    }

    /// @notice Mwei of a message at an execution price.
    function messagePrice(uint256 execution, Prices memory prices) internal pure returns (uint256) {
        return
            execution + prices.coreByte.times(MESSAGE) + prices.witnessByte.times(SIGNATURE) + prices.settlement.wide();
    }

    /// @notice Units of weight of an operation.
    function weightOf(Operation memory operation) internal pure returns (uint256) {
        uint256 entering = operation.add.length + operation.exchange.length;
        return 2 + operation.remove.length + operation.roles.length + 2 * entering;
    }

    /// @notice Mwei of an operation at an execution price.
    function operationPrice(Operation memory operation, uint256 execution, Prices memory prices)
        internal
        pure
        returns (uint256)
    {
        uint256 signatures = 1 + operation.add.length + operation.exchange.length;
        return execution * weightOf(operation) + prices.coreByte.times(_coreBytes(operation))
            + prices.witnessByte.times(signatures * SIGNATURE) + prices.settlement.wide()
            + prices.stateByte.times(_stateBytes(operation));
    }

    function _coreBytes(Operation memory operation) private pure returns (uint256) {
        uint256 kind = operation.kind;
        uint256 added = operation.add.length;
        if (kind == OperationRoots.CREATE_CONVERSATION) return SEGMENT + 49 + 49 * added;
        if (kind == OperationRoots.CHANGE_MEMBERS) {
            uint256 kept = 2 * operation.remove.length + 3 * operation.roles.length;
            return SEGMENT + 31 + kept + 51 * added + 32 * operation.exchange.length;
        }
        if (kind == OperationRoots.FUND) return SEGMENT + 35;
        return SEGMENT + (kind == OperationRoots.RECLAIM ? 27 : 21);
    }

    function _stateBytes(Operation memory operation) private pure returns (uint256) {
        uint256 members = STORED_MEMBER * operation.add.length;
        return operation.kind == OperationRoots.CREATE_CONVERSATION ? STORED_CONVERSATION + members : members;
    }
}
