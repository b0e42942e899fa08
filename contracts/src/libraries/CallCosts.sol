// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IL1Block} from "../interfaces/IL1Block.sol";
import {PriceFormula} from "./PriceFormula.sol";

/// @title What a transaction costs
library CallCosts {
    IL1Block private constant L1_BLOCK = IL1Block(0x4200000000000000000000000000000000000015);
    uint256 private constant TRANSACTION_GAS = 21_000;
    uint256 private constant BYTE_GAS = 16;
    /// @dev A byte costs this at least when there are many and they are all that is done (EIP-7623).
    uint256 private constant FLOOR_BYTE_GAS = 40;
    /// @dev A gas price counts up to this many times the base fee.
    uint256 private constant PRICE_FACTOR = 2;

    /// @notice Wei that this transaction costs so far, of which `used` gas are measured, when `length` bytes came with it.
    function spent(uint256 used, uint256 length) internal view returns (uint256) {
        uint256 price = block.basefee * PRICE_FACTOR;
        if (tx.gasprice < price) price = tx.gasprice;
        uint256 gas = used + BYTE_GAS * length;
        if (gas < FLOOR_BYTE_GAS * length) gas = FLOOR_BYTE_GAS * length;
        return (TRANSACTION_GAS + gas) * price + l1Fee(length);
    }

    /// @notice Wei that a transaction of `gas` and `length` bytes costs at the base fee.
    function expected(uint256 gas, uint256 length) internal view returns (uint256) {
        return gas * block.basefee + l1Fee(length);
    }

    /// @dev A chain without the predeploy charges nothing for an L1.
    function l1Fee(uint256 length) private view returns (uint256) {
        return address(L1_BLOCK).code.length == 0 ? 0 : PriceFormula.l1Fee(L1_BLOCK, length);
    }
}
