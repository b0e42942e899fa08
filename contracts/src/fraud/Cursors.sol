// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {Millis, Mwei} from "../types/Units.sol";

/// @dev Where reading stands, as offsets in calldata.
struct Cursor {
    uint256 at;
    uint256 end;
}

/// @title Reading packed bytes, in order and to their end
library Cursors {
    /// @notice Stands at the beginning of `data`.
    function open(bytes calldata data) internal pure returns (Cursor memory cursor) {
        uint256 start;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            start := data.offset
        }
        cursor.at = start;
        cursor.end = start + data.length;
    }

    /// @notice The next `count` bytes, 1 to 32, as a big-endian integer.
    function take(Cursor memory cursor, uint256 count) internal pure returns (uint256 value) {
        uint256 at = skip(cursor, count);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, count)), calldataload(at))
        }
    }

    /// @notice The next 8 bytes as an integer.
    function take64(Cursor memory cursor) internal pure returns (uint64) {
        // forge-lint: disable-next-line(unsafe-typecast) 8 bytes
        return uint64(take(cursor, 8));
    }

    /// @notice The next 8 bytes as an amount.
    function takeMwei(Cursor memory cursor) internal pure returns (Mwei) {
        return Mwei.wrap(take64(cursor));
    }

    /// @notice The next 8 bytes as a time.
    function takeMillis(Cursor memory cursor) internal pure returns (Millis) {
        return Millis.wrap(take64(cursor));
    }

    /// @notice The next 32 bytes.
    function word(Cursor memory cursor) internal pure returns (bytes32) {
        return bytes32(take(cursor, 32));
    }

    /// @notice Steps over `count` bytes.
    /// @return at Where they begin.
    function skip(Cursor memory cursor, uint256 count) internal pure returns (uint256 at) {
        at = cursor.at;
        cursor.at = at + count;
        if (cursor.at > cursor.end) revert IProof.Proof_TooShort();
    }

    /// @notice Checks that everything was read.
    function close(Cursor memory cursor) internal pure {
        if (cursor.at != cursor.end) revert IProof.Proof_LeftOver(cursor.end - cursor.at);
    }
}
