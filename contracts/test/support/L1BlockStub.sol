// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IL1Block} from "../../src/interfaces/IL1Block.sol";

/// @title The predeploy's four values, set at will
contract L1BlockStub is IL1Block {
    uint256 public basefee;
    uint256 public blobBaseFee;
    uint32 public baseFeeScalar;
    uint32 public blobBaseFeeScalar;

    function set(uint256 basefee_, uint256 blobBaseFee_, uint32 baseFeeScalar_, uint32 blobBaseFeeScalar_) external {
        basefee = basefee_;
        blobBaseFee = blobBaseFee_;
        baseFeeScalar = baseFeeScalar_;
        blobBaseFeeScalar = blobBaseFeeScalar_;
    }
}
