import type { FeeParameters } from '../config.ts'

/** The highest execution price as a multiple of the lowest. */
export const maxPriceFactor = 64n

/**
 * Approximates `factor * e ** (numerator / denominator)` in integers, as EIP-4844 does.
 * Its cost grows with numerator / denominator, so callers bound that by {@link excessCap}.
 */
export function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let i = 1n
  let output = 0n
  let accumulator = factor * denominator
  while (accumulator > 0n) {
    output += accumulator
    accumulator = (accumulator * numerator) / (denominator * i)
    i += 1n
  }
  return output / denominator
}

/** Excess beyond which the price is the highest anyway: ln 64 < 4.16, rounded up to 5 fractions. */
export function excessCap(fees: FeeParameters): bigint {
  return 5n * fees.fraction
}

/** Excess left at `timestamp` of what was there at `feeTime`, both in milliseconds. */
export function decayedExcess(feeExcess: bigint, feeTime: bigint, timestamp: bigint, fees: FeeParameters): bigint {
  const workedOff = (fees.target * (timestamp - feeTime)) / 1000n
  return feeExcess > workedOff ? feeExcess - workedOff : 0n
}

/** Excess after a segment of `units`, saturating. */
export function grownExcess(feeExcess: bigint, units: bigint, fees: FeeParameters): bigint {
  const grown = feeExcess + units
  const cap = excessCap(fees)
  return grown < cap ? grown : cap
}

/** Price of one unit of weight in mwei. */
export function executionPrice(feeExcess: bigint, fees: FeeParameters): bigint {
  const price = fakeExponential(fees.minPrice, feeExcess, fees.fraction)
  const highest = fees.minPrice * maxPriceFactor
  return price < highest ? price : highest
}
