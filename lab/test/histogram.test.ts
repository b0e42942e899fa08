import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Histogram } from '../src/progress/histogram.ts'

test('histogram › quantiles are within 2 % of the truth', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (durations, quantile) => {
        const histogram = new Histogram()
        for (const ms of durations) histogram.record(ms)
        const sorted = durations.toSorted((a, b) => a - b)
        const truth = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] as number
        const told = histogram.quantile(quantile) as number
        expect(Math.abs(told / truth - 1)).toBeLessThan(0.02)
      },
    ),
    { seed: 1 },
  )
})

test('histogram › says nothing before the first duration', () => {
  expect(new Histogram().quantile(0.5)).toBeUndefined()
})
