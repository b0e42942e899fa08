// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Millis, Mwei} from "../../src/types/Units.sol";
import {Vm} from "./Vm.sol";

/// @title Assertions and the cheat-code handle of every test
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(string what, bytes32 left, bytes32 right);
    error NotTrue(string what);

    /// @dev Tells forge that this contract holds tests.
    function IS_TEST() external pure returns (bool) {
        return true;
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    function assertEq(bytes32 left, bytes32 right, string memory what) internal pure {
        if (left != right) revert NotEqual(what, left, right);
    }

    function assertEq(uint256 left, uint256 right, string memory what) internal pure {
        if (left != right) revert NotEqual(what, bytes32(left), bytes32(right));
    }

    function assertEq(address left, address right, string memory what) internal pure {
        if (left != right) revert NotEqual(what, bytes32(uint256(uint160(left))), bytes32(uint256(uint160(right))));
    }

    function assertEq(bytes memory left, bytes memory right, string memory what) internal pure {
        if (keccak256(left) != keccak256(right)) revert NotEqual(what, keccak256(left), keccak256(right));
    }

    function assertEq(Mwei left, Mwei right, string memory what) internal pure {
        assertEq(left.wide(), right.wide(), what);
    }

    function assertEq(Millis left, Millis right, string memory what) internal pure {
        assertEq(left.wide(), right.wide(), what);
    }

    function mwei(uint256 amount) internal pure returns (Mwei) {
        assertTrue(amount <= type(uint64).max, "mwei in 64 bits");
        return Mwei.wrap(uint64(amount));
    }

    function millis(uint256 time) internal pure returns (Millis) {
        assertTrue(time <= type(uint64).max, "milliseconds in 64 bits");
        return Millis.wrap(uint64(time));
    }

    function clamp(uint256 value, uint256 min, uint256 max) internal pure returns (uint256) {
        return min + value % (max - min + 1);
    }
}
