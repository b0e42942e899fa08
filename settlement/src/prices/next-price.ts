import { type Mwei, mwei } from '@parley/protocol'

/** The part of itself that a price moves by at most at once. */
const stepPart = 8n

/**
 * The price nearest to `target` that the inbox takes after `price`: an eighth of it up or down, at least 1, within the bounds.
 * Equal to `PriceFormula.follow` of the contracts.
 */
export function nextPrice(price: Mwei, target: Mwei, min: bigint, max: bigint): Mwei {
  const step = price < stepPart ? 1n : price / stepPart
  const lowest = larger(price > step ? price - step : 0n, min)
  const highest = smaller(price + step, max)
  return mwei(smaller(larger(target, lowest), highest))
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
