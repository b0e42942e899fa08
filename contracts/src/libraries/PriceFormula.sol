// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IL1Block} from "../interfaces/IL1Block.sol";
import {PriceRules} from "../types/Parameters.sol";

/// @title Prices of the outside world in mwei
/// @notice Every division rounds up, so that nothing is free while its cost is not 0.
library PriceFormula {
    /// @notice Upper bound of every price and of every parameter in mwei: keeps sums of charges far below 2^63.
    uint64 internal constant MAX_PRICE = 2 ** 40;
    uint256 private constant WEI_PER_MWEI = 10 ** 6;
    /// @dev Blob gas of one blob, EIP-4844.
    uint256 private constant GAS_PER_BLOB = 2 ** 17;
    /// @dev Unit of the L2's fee scalars.
    uint256 private constant SCALAR_UNIT = 10 ** 6;
    /// @dev A price moves by at most this part of itself at once: an eighth is 12.5 %.
    uint64 private constant STEP_PART = 8;

    /// @notice Cost of a byte of data in Ethereum's blobs, in mwei:
    /// (blobBaseFee * 2^17 + basefee * blobTransactionGas) / (bytesPerBlob * 10^6).
    function blobByte(IL1Block l1, PriceRules memory rules) internal view returns (uint256) {
        uint256 blobWei = l1.blobBaseFee() * GAS_PER_BLOB + l1.basefee() * rules.blobTransactionGas;
        return _divideUp(blobWei, rules.bytesPerBlob * WEI_PER_MWEI);
    }

    /// @notice Share of one operation in the cost of its claim, in mwei:
    /// (block.basefee * claimGas + l1Fee * claimBytes) / (operationsPerClaim * 10^6), where
    /// l1Fee = (16 * baseFeeScalar * basefee + blobBaseFeeScalar * blobBaseFee) / 10^6 wei a byte, as the L2 charges it
    /// since Ecotone.
    function settlement(IL1Block l1, PriceRules memory rules) internal view returns (uint256) {
        uint256 scaledL1Fee =
            16 * uint256(l1.baseFeeScalar()) * l1.basefee() + uint256(l1.blobBaseFeeScalar()) * l1.blobBaseFee();
        uint256 claimWei = block.basefee * rules.claimGas + _divideUp(scaledL1Fee * rules.claimBytes, SCALAR_UNIT);
        return _divideUp(claimWei, rules.operationsPerClaim * WEI_PER_MWEI);
    }

    /// @notice Prices that may follow `price`: an eighth of it up or down, at least 1 mwei, within `min` and `max`.
    function reach(uint64 price, uint64 min, uint64 max) internal pure returns (uint64 lowest, uint64 highest) {
        uint64 step = price / STEP_PART;
        if (step == 0) step = 1;
        lowest = price > step ? price - step : 0;
        highest = price + step;
        if (lowest < min) lowest = min;
        if (highest > max) highest = max;
    }

    /// @notice The reachable price nearest to `target`.
    function follow(uint64 price, uint256 target, uint64 min, uint64 max) internal pure returns (uint64) {
        (uint64 lowest, uint64 highest) = reach(price, min, max);
        if (target < lowest) return lowest;
        if (target > highest) return highest;
        // forge-lint: disable-next-line(unsafe-typecast) at most `highest`
        return uint64(target);
    }

    function _divideUp(uint256 numerator, uint256 denominator) private pure returns (uint256) {
        return numerator == 0 ? 0 : (numerator - 1) / denominator + 1;
    }
}
