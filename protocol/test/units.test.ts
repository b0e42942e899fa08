import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromSeconds, fromWei, type Mwei, millis, mwei, partOfWei, toSeconds, toWei } from '../src/index.ts'

const highest = 2n ** 64n - 1n

describe('units', () => {
  test('mwei, millis › are what they are made of, in 64 bits', () => {
    for (const make of [mwei, millis]) {
      for (const count of [0n, 1n, highest]) expect(make(count)).toBe(count)
      for (const count of [-1n, highest + 1n]) expect(() => make(count)).toThrow(RangeError)
    }
  })

  test('fromWei › amount and rest are the whole', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n * 1_000_000n - 1n }), (wei) => {
        const { amount, rest } = fromWei(wei)
        expect(toWei(amount) + rest).toBe(wei)
        expect(rest < 1_000_000n).toBe(true)
      }),
    )
    expect(fromWei(1_999_999n)).toEqual({ amount: 1n, rest: 999_999n })
    expect(() => fromWei(-1n)).toThrow(RangeError)
    expect(() => fromWei(2n ** 64n * 1_000_000n)).toThrow(RangeError)
  })

  test.each([
    ['nothing costs nothing', 0n, 3n, 0n],
    ['a wei costs one all the same', 1n, 3n, 1n],
    ['what comes out even', 6_000_000n, 3n, 2n],
    ['one wei more', 6_000_001n, 3n, 3n],
  ])('partOfWei › %s', (_, wei, parts, part) => {
    expect(partOfWei(wei, parts)).toBe(part)
  })

  test('seconds › become milliseconds, and whole seconds come back', () => {
    expect(fromSeconds(12n)).toBe(12_000n)
    expect(toSeconds(millis(12_999n))).toBe(12n)
    expect(() => fromSeconds(highest / 1_000n + 1n)).toThrow(RangeError)
  })

  test('types › take no other unit, and no plain number of any', () => {
    const cost = (amount: Mwei): bigint => toWei(amount)
    // @ts-expect-error a plain bigint may be wei
    expect(cost(1n)).toBe(1_000_000n)
    // @ts-expect-error milliseconds are no amount
    expect(cost(millis(1n))).toBe(1_000_000n)
    // @ts-expect-error mwei are no time
    expect(toSeconds(mwei(1_000n))).toBe(1n)
    expect(cost(mwei(1n))).toBe(1_000_000n)
  })
})
