// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Bytes kept as code
/// @notice Cheaper to read than slots: one access whatever their number.
library CodeStore {
    /// @dev PUSH2 length, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN: 12 bytes that return what follows them.
    bytes1 private constant PUSH2 = 0x61;
    bytes9 private constant COPY_AND_RETURN = 0x80600c6000396000f3;

    /// @notice Thrown when the chain does not take the code.
    error CodeStore_Failed();

    /// @notice Keeps `data`, at most 24,575 bytes, behind a byte that stops whoever calls it.
    function write(bytes memory data) internal returns (address place) {
        // forge-lint: disable-next-line(unsafe-typecast) code is no longer than 24,576 bytes
        bytes2 length = bytes2(uint16(data.length + 1));
        bytes memory initcode = abi.encodePacked(PUSH2, length, COPY_AND_RETURN, bytes1(0), data);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            place := create(0, add(initcode, 0x20), mload(initcode))
        }
        if (place == address(0)) revert CodeStore_Failed();
    }
}
