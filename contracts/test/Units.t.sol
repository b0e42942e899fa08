// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Millis, Mwei, Units} from "../src/types/Units.sol";
import {Base} from "./support/Base.sol";

contract UnitsTest is Base {
    uint64 private constant HIGHEST = type(uint64).max;

    function testFuzz_fromWei_amountAndRestAreTheValue(uint256 value) public pure {
        (Mwei amount, uint256 rest) = Units.fromWei(value);
        assertEq(amount.toWei() + rest, value, "nothing is lost");
        assertTrue(rest < 10 ** 6 || amount.wide() == HIGHEST, "as much as fits");
    }

    function test_fromWei_atItsBounds() public pure {
        (Mwei amount, uint256 rest) = Units.fromWei(10 ** 6 - 1);
        assertEq(amount, mwei(0), "less than one");
        assertEq(rest, 10 ** 6 - 1, "all is left");
        (amount, rest) = Units.fromWei(uint256(HIGHEST) * 10 ** 6 + 999_999);
        assertEq(amount, mwei(HIGHEST), "the highest");
        assertEq(rest, 999_999, "its rest");
        (amount, rest) = Units.fromWei(2 ** 64 * 10 ** 6);
        assertEq(amount, mwei(HIGHEST), "no more than the highest");
        assertEq(rest, 10 ** 6, "what does not fit");
    }

    function testFuzz_partOfWei_roundsUp(uint128 value, uint32 parts) public pure {
        parts = uint32(clamp(parts, 1, type(uint32).max));
        uint256 part = Units.partOfWei(value, parts).wide();
        uint256 whole = uint256(parts) * 10 ** 6;
        assertTrue(part * whole >= value || part == HIGHEST, "never less than its part");
        assertTrue(part == 0 ? value == 0 : (part - 1) * whole < value, "less than one more");
    }

    function test_partOfWei_isBounded() public pure {
        assertEq(Units.partOfWei(uint256(HIGHEST) * 10 ** 6, 1), mwei(HIGHEST), "the highest");
        assertEq(Units.partOfWei(type(uint256).max, 1), mwei(HIGHEST), "far beyond it");
    }

    function testFuzz_toMillis_isAThousandfold(uint40 seconds_) public pure {
        assertEq(Units.toMillis(seconds_).wide(), uint256(seconds_) * 1000, "milliseconds");
    }

    function test_now_isTheBlocksTime() public {
        vm.warp(1_800_000_000);
        assertEq(Units.now_(), millis(1_800_000_000_000), "milliseconds");
    }

    function test_timesRate_roundsDown() public pure {
        assertEq(millis(1999).timesRate(1), 1, "a second and most of another");
        assertEq(millis(HIGHEST).timesRate(HIGHEST), uint256(HIGHEST) * HIGHEST / 1000, "beyond 64 bits");
    }

    function test_amounts_doNotWrap() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.add(mwei(HIGHEST), mwei(1));
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.subtract(millis(1), millis(2));
    }

    function add(Mwei a, Mwei b) external pure returns (Mwei) {
        return a + b;
    }

    function subtract(Millis a, Millis b) external pure returns (Millis) {
        return a - b;
    }
}
