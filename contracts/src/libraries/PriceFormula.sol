// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IL1Block} from "../interfaces/IL1Block.sol";
import {PriceRules} from "../types/Parameters.sol";
import {Mwei, Units} from "../types/Units.sol";

/// @title Prices of the outside world in mwei
/// @notice Every division rounds up, so that nothing is free while its cost is not 0.
library PriceFormula {
    /// @notice Upper bound of every price and of every parameter that is one: keeps sums of charges far below 2^63.
    Mwei internal constant MAX_PRICE = Mwei.wrap(2 ** 40);
    /// @dev Blob gas of one blob, EIP-4844.
    uint256 private constant GAS_PER_BLOB = 2 ** 17;
    /// @dev Unit of the L2's fee scalars.
    uint256 private constant SCALAR_UNIT = 10 ** 6;
    /// @dev A price moves by at most this part of itself at once: an eighth is 12.5 %.
    uint64 private constant STEP_PART = 8;

    /// @notice Cost of a byte of data in Ethereum's blobs:
    /// (blobBaseFee * 2^17 + basefee * blobTransactionGas) / bytesPerBlob.
    function blobByte(IL1Block l1, PriceRules memory rules) internal view returns (Mwei) {
        uint256 blobWei = l1.blobBaseFee() * GAS_PER_BLOB + l1.basefee() * rules.blobTransactionGas;
        return Units.partOfWei(blobWei, rules.bytesPerBlob);
    }

    /// @notice Share of one operation in the cost of its claim:
    /// (block.basefee * claimGas + l1Fee * claimBytes) / operationsPerClaim, where
    /// l1Fee = (16 * baseFeeScalar * basefee + blobBaseFeeScalar * blobBaseFee) / 10^6 wei a byte, as the L2 charges it
    /// since Ecotone.
    function settlement(IL1Block l1, PriceRules memory rules) internal view returns (Mwei) {
        uint256 claimWei = block.basefee * rules.claimGas + l1Fee(l1, rules.claimBytes);
        return Units.partOfWei(claimWei, rules.operationsPerClaim);
    }

    /// @notice Wei that the L2 charges for `count` bytes of a transaction on the L1.
    function l1Fee(IL1Block l1, uint256 count) internal view returns (uint256) {
        uint256 scaled =
            16 * uint256(l1.baseFeeScalar()) * l1.basefee() + uint256(l1.blobBaseFeeScalar()) * l1.blobBaseFee();
        return Units.divideUp(scaled * count, SCALAR_UNIT);
    }

    /// @notice Prices that may follow `price`: an eighth of it up or down, at least 1 mwei, within `min` and `max`.
    function reach(Mwei price, Mwei min, Mwei max) internal pure returns (Mwei lowest, Mwei highest) {
        Mwei step = Mwei.wrap(Mwei.unwrap(price) / STEP_PART);
        if (step.isZero()) step = Mwei.wrap(1);
        lowest = price > step ? price - step : Mwei.wrap(0);
        highest = price + step;
        if (lowest < min) lowest = min;
        if (highest > max) highest = max;
    }

    /// @notice The reachable price nearest to `target`.
    function follow(Mwei price, Mwei target, Mwei min, Mwei max) internal pure returns (Mwei) {
        (Mwei lowest, Mwei highest) = reach(price, min, max);
        if (target < lowest) return lowest;
        if (target > highest) return highest;
        return target;
    }
}
