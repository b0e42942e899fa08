import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decayedExcess,
  excessCap,
  executionPrice,
  type FeeParameters,
  fakeExponential,
  grownExcess,
} from '../../src/index.ts'
import { seed } from '../support/seed.ts'

/** Bounds that the contracts put on the parameters. */
const parameters: fc.Arbitrary<FeeParameters> = fc.record({
  minPrice: fc.bigInt(1n, 2n ** 40n),
  target: fc.bigInt(1n, 2n ** 32n),
  fraction: fc.bigInt(1n, 2n ** 32n),
})
const time = fc.bigInt(0n, 2n ** 44n)

// Worked out by hand: the sum of factor * numerator^i / denominator^i / i!, each term rounded down.
test.each([
  [1n, 0n, 1n, 1n],
  [38_493n, 0n, 1000n, 38_493n],
  [0n, 1234n, 2345n, 0n],
  [1n, 2n, 1n, 6n],
  [1n, 4n, 2n, 6n],
  [1n, 3n, 1n, 16n],
  [1n, 6n, 2n, 18n],
  [1n, 4n, 1n, 49n],
  [1n, 8n, 2n, 50n],
  [10n, 8n, 2n, 542n],
  [11n, 8n, 2n, 596n],
  [1n, 5n, 1n, 136n],
  [1n, 5n, 2n, 11n],
  [2n, 5n, 2n, 23n],
  [1n, 50_000_000n, 2_225_652n, 5_709_098_764n],
] as const)('fakeExponential › %s times e to the %s / %s is %s', (factor, numerator, denominator, expected) => {
  expect(fakeExponential(factor, numerator, denominator)).toBe(expected)
})

test(`fakeExponential › differs from e by less than rounding for fine fractions (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000 }), (excess) => {
      const exact = 1e9 * Math.exp(excess / 1e6)
      const found = Number(fakeExponential(1_000_000_000n, BigInt(excess), 1_000_000n))
      expect(Math.abs(found - exact) / exact).toBeLessThan(1e-6)
    }),
  )
})

test(`executionPrice › stays between the lowest and 64 times it, and never falls as the excess grows (seed ${seed})`, () => {
  fc.assert(
    fc.property(parameters, fc.bigInt(0n, 2n ** 35n), fc.bigInt(0n, 2n ** 35n), (fees, a, b) => {
      const cap = excessCap(fees)
      const [low, high] = [a < b ? a : b, a < b ? b : a].map((x) => (x < cap ? x : cap)) as [bigint, bigint]
      const [below, above] = [executionPrice(low, fees), executionPrice(high, fees)]
      expect(below >= fees.minPrice && below <= above && above <= 64n * fees.minPrice).toBe(true)
    }),
  )
})

test(`executionPrice › is the lowest at no excess and 64 times it at the cap (seed ${seed})`, () => {
  fc.assert(
    fc.property(parameters, (fees) => {
      expect(executionPrice(0n, fees)).toBe(fees.minPrice)
      expect(executionPrice(excessCap(fees), fees)).toBe(64n * fees.minPrice)
    }),
  )
})

test('executionPrice › every intermediate at the widest parameters fits 128 bits', () => {
  const fees = { minPrice: 2n ** 40n, target: 2n ** 32n, fraction: 2n ** 32n }
  const excess = excessCap(fees)
  let accumulator = fees.minPrice * fees.fraction
  let output = 0n
  let widest = 0n
  for (let i = 1n; accumulator > 0n; i += 1n) {
    output += accumulator
    for (const value of [output, accumulator * excess, fees.fraction * i]) if (value > widest) widest = value
    accumulator = (accumulator * excess) / (fees.fraction * i)
  }
  expect(widest < 2n ** 128n).toBe(true)
})

test(`decayedExcess › falls with time alone, reaches 0 and stays there (seed ${seed})`, () => {
  fc.assert(
    fc.property(parameters, time, fc.bigInt(0n, 10n ** 9n), fc.bigInt(0n, 10n ** 9n), (fees, start, first, more) => {
      const excess = excessCap(fees)
      const sooner = decayedExcess(excess, start, start + first, fees)
      const later = decayedExcess(excess, start, start + first + more, fees)
      expect(later >= 0n && later <= sooner && sooner <= excess).toBe(true)
      const empty = start + (excess * 1000n) / fees.target + 1n
      expect(decayedExcess(excess, start, empty, fees)).toBe(0n)
    }),
  )
})

test(`decayedExcess › n blocks on the way cost less than one unit each (seed ${seed})`, () => {
  fc.assert(
    fc.property(parameters, fc.array(fc.bigInt(250n, 60_000n), { minLength: 1, maxLength: 20 }), (fees, steps) => {
      const total = steps.reduce((sum, step) => sum + step, 0n)
      const whole = decayedExcess(excessCap(fees), 0n, total, fees)
      let [excess, at] = [excessCap(fees), 0n]
      for (const step of steps) {
        excess = decayedExcess(excess, at, at + step, fees)
        at += step
      }
      expect(excess >= whole && excess < whole + BigInt(steps.length)).toBe(true)
    }),
  )
})

test(`grownExcess › adds up to its cap and no further (seed ${seed})`, () => {
  fc.assert(
    fc.property(parameters, fc.bigInt(0n, 2n ** 35n), fc.bigInt(0n, 64n), (fees, excess, units) => {
      const start = excess < excessCap(fees) ? excess : excessCap(fees)
      const grown = grownExcess(start, units, fees)
      expect(grown >= start && grown <= excessCap(fees)).toBe(true)
      if (start + units <= excessCap(fees)) expect(grown).toBe(start + units)
    }),
  )
})
