// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupParameters} from "../../src/types/Parameters.sol";

/// @dev As much of a rollup as the treasury looks at.
contract RollupStub {
    RollupParameters private _parameters;
    uint64 public finalNumber;

    constructor(address treasury) {
        _parameters.treasury = treasury;
    }

    function setFinal(uint64 number) external {
        finalNumber = number;
    }

    function parameters() external view returns (RollupParameters memory) {
        return _parameters;
    }

    function isFinal(uint64 number) external view returns (bool) {
        return number <= finalNumber;
    }

    function claimHash(uint64 number) external pure returns (bytes32) {
        return keccak256(abi.encode(number));
    }
}
