import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultFeeBounds, isOutbid, offer, replacementOffer } from '../src/ethereum-blobs/fees.ts'

const gwei = 1_000_000_000n
const market = { baseFeePerGas: 20n * gwei, priorityFeePerGas: 2n * gwei, blobBaseFee: 3n * gwei }
const wei = fc.bigInt({ min: 0n, max: 5_000n * gwei })
const anyMarket = fc.record({ baseFeePerGas: wei, priorityFeePerGas: wei, blobBaseFee: wei })

describe('fees', () => {
  test('offer › bears both base fees doubling', () => {
    expect(offer(market, defaultFeeBounds)).toEqual({
      maxFeePerGas: 42n * gwei,
      maxPriorityFeePerGas: 2n * gwei,
      maxFeePerBlobGas: 6n * gwei,
    })
  })

  test('offer › never passes a bound, and never tips more than it pays', () => {
    fc.assert(
      fc.property(anyMarket, (now) => {
        const fees = offer(now, defaultFeeBounds)
        expect(fees.maxFeePerGas <= defaultFeeBounds.maxFeePerGas).toBe(true)
        expect(fees.maxPriorityFeePerGas <= defaultFeeBounds.maxPriorityFeePerGas).toBe(true)
        expect(fees.maxFeePerBlobGas <= defaultFeeBounds.maxFeePerBlobGas).toBe(true)
        expect(fees.maxPriorityFeePerGas <= fees.maxFeePerGas).toBe(true)
      }),
      { seed: 1 },
    )
  })

  test('replacement › is at least twice the last in all three, as blob pools ask, or is not made', () => {
    fc.assert(
      fc.property(anyMarket, anyMarket, (then, now) => {
        const last = offer(then, defaultFeeBounds)
        const next = replacementOffer(last, now, defaultFeeBounds)
        if (next === undefined) return
        expect(next.maxFeePerGas >= 2n * last.maxFeePerGas).toBe(true)
        expect(next.maxPriorityFeePerGas >= 2n * last.maxPriorityFeePerGas).toBe(true)
        expect(next.maxFeePerBlobGas >= 2n * last.maxFeePerBlobGas).toBe(true)
        expect(next.maxFeePerGas <= defaultFeeBounds.maxFeePerGas).toBe(true)
      }),
      { seed: 2 },
    )
  })

  test('replacement › follows a market that more than doubled', () => {
    const risen = { ...market, blobBaseFee: 50n * gwei }
    expect(replacementOffer(offer(market, defaultFeeBounds), risen, defaultFeeBounds)?.maxFeePerBlobGas).toBe(
      100n * gwei,
    )
  })

  test('replacement › stops at the bounds', () => {
    const bounds = { ...defaultFeeBounds, maxFeePerBlobGas: 11n * gwei }
    expect(replacementOffer(offer(market, bounds), market, bounds)).toBeUndefined()
  })

  test('outbid › by either base fee', () => {
    const fees = offer(market, defaultFeeBounds)
    expect(isOutbid(fees, market)).toBe(false)
    expect(isOutbid(fees, { ...market, baseFeePerGas: 43n * gwei })).toBe(true)
    expect(isOutbid(fees, { ...market, blobBaseFee: 7n * gwei })).toBe(true)
  })
})
