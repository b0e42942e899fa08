// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Base} from "./Base.sol";

/// @dev What an EOA may delegate to: a batch caller that knows nothing of ERC-1271.
contract Batcher {
    error Failed();

    function batch(address[] calldata to, bytes[] calldata data) external {
        for (uint256 i; i < to.length; ++i) {
            (bool done,) = to[i].call(data[i]);
            if (!done) revert Failed();
        }
    }
}

/// @title EOAs that delegate to code
abstract contract Signers is Base {
    /// @dev By EIP-7702: its key signs as before, and its code knows nothing of signatures.
    function delegateCode(address eoa) internal {
        vm.etch(eoa, abi.encodePacked(hex"ef0100", address(new Batcher())));
    }
}
