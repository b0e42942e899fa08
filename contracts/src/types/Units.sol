// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev 10^6 wei: the unit of every amount and price on the L3. Amounts of the L2 are wei, in `uint256` or `uint128`.
type Mwei is uint64;

/// @dev Milliseconds, since 1970 or of a length: the unit of every time on the L3. Times of the L2 are seconds, in plain integers.
type Millis is uint64;

using Units for Mwei global;
using Units for Millis global;
using {
    addMwei as +,
    subtractMwei as -,
    isSameMwei as ==,
    isBelowMwei as <,
    isAboveMwei as >,
    isAtMostMwei as <=,
    isAtLeastMwei as >=
} for Mwei global;
using {
    addMillis as +,
    subtractMillis as -,
    isBelowMillis as <,
    isAboveMillis as >,
    isAtMostMillis as <=,
    isAtLeastMillis as >=
} for Millis global;

/// @title From one unit to the other
/// @notice The only place where wei meet mwei and seconds meet milliseconds.
library Units {
    uint256 private constant WEI_PER_MWEI = 10 ** 6;
    uint64 private constant MS_PER_SECOND = 1000;

    function toWei(Mwei amount) internal pure returns (uint256) {
        // 64 bits times 20 bits.
        unchecked {
            return Mwei.unwrap(amount) * WEI_PER_MWEI;
        }
    }

    /// @notice The most mwei that lie in `value` wei, and the wei left over: of 2^64 mwei and more all beyond 2^64 - 1.
    function fromWei(uint256 value) internal pure returns (Mwei amount, uint256 rest) {
        amount = _narrow(value / WEI_PER_MWEI);
        // No more than was divided.
        unchecked {
            rest = value - amount.toWei();
        }
    }

    /// @notice One of `parts` equal parts of `value` wei, rounded up, so that nothing is free while its cost is not 0; at most
    /// 2^64 - 1.
    function partOfWei(uint256 value, uint256 parts) internal pure returns (Mwei) {
        return _narrow(divideUp(value, parts * WEI_PER_MWEI));
    }

    /// @param seconds_ In 40 bits, as the queue and the claims' terms keep them: 34,000 years since 1970.
    function toMillis(uint40 seconds_) internal pure returns (Millis) {
        // 40 bits times 10 bits.
        unchecked {
            return Millis.wrap(seconds_ * MS_PER_SECOND);
        }
    }

    /// @notice The L2's time.
    function now_() internal view returns (Millis) {
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        return toMillis(uint40(block.timestamp));
    }

    /// @notice What of something comes in a length of time at a rate of so many per second, rounded down.
    function timesRate(Millis length, uint64 perSecond) internal pure returns (uint256) {
        return uint256(perSecond) * Millis.unwrap(length) / MS_PER_SECOND;
    }

    /// @notice Mwei of `count` at `price` each.
    function times(Mwei price, uint256 count) internal pure returns (uint256) {
        return Mwei.unwrap(price) * count;
    }

    /// @notice Mwei as a number, for sums that may pass 64 bits.
    function wide(Mwei amount) internal pure returns (uint256) {
        return Mwei.unwrap(amount);
    }

    /// @notice Milliseconds as a number, for sums that may pass 64 bits.
    function wide(Millis time) internal pure returns (uint256) {
        return Millis.unwrap(time);
    }

    function isZero(Mwei amount) internal pure returns (bool) {
        return Mwei.unwrap(amount) == 0;
    }

    function isZero(Millis time) internal pure returns (bool) {
        return Millis.unwrap(time) == 0;
    }

    function divideUp(uint256 numerator, uint256 denominator) internal pure returns (uint256) {
        return numerator == 0 ? 0 : (numerator - 1) / denominator + 1;
    }

    function _narrow(uint256 amount) private pure returns (Mwei) {
        // forge-lint: disable-next-line(unsafe-typecast) not above the highest
        return Mwei.wrap(amount < type(uint64).max ? uint64(amount) : type(uint64).max);
    }
}

function addMwei(Mwei a, Mwei b) pure returns (Mwei) {
    return Mwei.wrap(Mwei.unwrap(a) + Mwei.unwrap(b));
}

function subtractMwei(Mwei a, Mwei b) pure returns (Mwei) {
    return Mwei.wrap(Mwei.unwrap(a) - Mwei.unwrap(b));
}

function isSameMwei(Mwei a, Mwei b) pure returns (bool) {
    return Mwei.unwrap(a) == Mwei.unwrap(b);
}

function isBelowMwei(Mwei a, Mwei b) pure returns (bool) {
    return Mwei.unwrap(a) < Mwei.unwrap(b);
}

function isAboveMwei(Mwei a, Mwei b) pure returns (bool) {
    return Mwei.unwrap(a) > Mwei.unwrap(b);
}

function isAtMostMwei(Mwei a, Mwei b) pure returns (bool) {
    return Mwei.unwrap(a) <= Mwei.unwrap(b);
}

function isAtLeastMwei(Mwei a, Mwei b) pure returns (bool) {
    return Mwei.unwrap(a) >= Mwei.unwrap(b);
}

function addMillis(Millis a, Millis b) pure returns (Millis) {
    return Millis.wrap(Millis.unwrap(a) + Millis.unwrap(b));
}

function subtractMillis(Millis a, Millis b) pure returns (Millis) {
    return Millis.wrap(Millis.unwrap(a) - Millis.unwrap(b));
}

function isBelowMillis(Millis a, Millis b) pure returns (bool) {
    return Millis.unwrap(a) < Millis.unwrap(b);
}

function isAboveMillis(Millis a, Millis b) pure returns (bool) {
    return Millis.unwrap(a) > Millis.unwrap(b);
}

function isAtMostMillis(Millis a, Millis b) pure returns (bool) {
    return Millis.unwrap(a) <= Millis.unwrap(b);
}

function isAtLeastMillis(Millis a, Millis b) pure returns (bool) {
    return Millis.unwrap(a) >= Millis.unwrap(b);
}
