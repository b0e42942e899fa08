// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A call that can cost its caller no more than it was given
library BoundedCall {
    /// @notice Calls `target` with `gasLimit` gas and copies two words of its answer, or of its refusal at most `maxReason`
    /// bytes: what is called must not choose how much memory the caller pays for.
    /// @dev The caller sees to it that 63/64 of the gas left are above `gasLimit`.
    function tryCall(address target, uint256 gasLimit, bytes memory data, uint256 maxReason)
        internal
        returns (bool done, uint256 first, uint256 second, bytes memory reason)
    {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            done := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0x40)
            switch done
            case 0 {
                let size := returndatasize()
                if gt(size, maxReason) { size := maxReason }
                reason := mload(0x40)
                mstore(reason, size)
                returndatacopy(add(reason, 0x20), 0, size)
                mstore(0x40, and(add(add(reason, size), 0x3f), not(0x1f)))
            }
            default {
                first := mload(0)
                second := mload(0x20)
                reason := 0x60
            }
        }
    }

    /// @notice Asks `target` with `gasLimit` gas at most. `answered` is false unless it gives exactly one word.
    function tryStaticCall(address target, uint256 gasLimit, bytes memory data)
        internal
        view
        returns (bool answered, uint256 word)
    {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            answered := staticcall(gasLimit, target, add(data, 0x20), mload(data), 0, 0x20)
            answered := and(answered, eq(returndatasize(), 0x20))
            word := mload(0)
        }
    }
}
