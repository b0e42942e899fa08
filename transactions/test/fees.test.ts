import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstFees, replacementFees } from '../src/fees.ts'

const wei = fc.bigInt({ min: 0n, max: 10n ** 12n })
const limits = { maxFeePerGas: 500_000_000_000n, minTip: 1_000_000n }

test('fees › a first offer survives a doubled base fee, within the limit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 200_000_000_000n }), wei, (baseFee, tip) => {
      if (baseFee + tip > limits.maxFeePerGas) {
        expect(() => firstFees({ baseFee, tip }, limits)).toThrow('FEES_TOO_HIGH')
        return
      }
      const fees = firstFees({ baseFee, tip }, limits)
      expect(fees.maxPriorityFeePerGas).toBeGreaterThanOrEqual(limits.minTip)
      expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(fees.maxFeePerGas)
      expect(fees.maxFeePerGas).toBeLessThanOrEqual(limits.maxFeePerGas)
      const wanted = baseFee * 2n + tip
      expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(wanted < limits.maxFeePerGas ? wanted : limits.maxFeePerGas)
    }),
    { seed: 1 },
  )
})

test('fees › a replacement offers a tenth more in both fields, or is none', () => {
  fc.assert(
    fc.property(wei, wei, wei, wei, (maxFeePerGas, tipPart, baseFee, tip) => {
      const last = { maxFeePerGas, maxPriorityFeePerGas: tipPart < maxFeePerGas ? tipPart : maxFeePerGas }
      const next = replacementFees(last, { baseFee, tip }, limits)
      if (next === undefined) {
        expect(maxFeePerGas * 9n).toBeGreaterThan((limits.maxFeePerGas - 8n) * 8n)
        return
      }
      expect(next.maxFeePerGas).toBeLessThanOrEqual(limits.maxFeePerGas)
      expect(next.maxPriorityFeePerGas).toBeLessThanOrEqual(next.maxFeePerGas)
      expect(next.maxFeePerGas * 10n).toBeGreaterThanOrEqual(last.maxFeePerGas * 11n)
      expect(next.maxPriorityFeePerGas * 10n).toBeGreaterThanOrEqual(last.maxPriorityFeePerGas * 11n)
    }),
    { seed: 1, numRuns: 1000 },
  )
})
