import { expect, test } from 'vitest'
import {
  bestCut,
  costAt,
  curveThrough,
  excess,
  isFull,
  type PartPrice,
  type PartPrices,
  type PriceCurve,
} from '../../src/policy/fullness.ts'

const gwei = 10n ** 9n
const blobBytes = 130_042
/** A base fee of 0.445 gwei with a tip of 1, blobs at their floor. */
const blobs: PartPrice = {
  maxBytes: 6 * blobBytes,
  curve: { fixed: (21_000n * 1_445n * gwei) / 1_000n, unitBytes: blobBytes, perUnit: (131_072n * 28n * gwei) / 1_000n },
}
const free: PartPrice = { maxBytes: 1_000_000, curve: undefined }
const rules = { targetFixedShare: 0.2 }
const both = (price: PartPrice): PartPrices => ({ core: price, witness: price })
const even = (bytes: number) => ({ core: bytes, witness: bytes })

test('costAt › whole units are paid', () => {
  const curve: PriceCurve = { fixed: 7n, unitBytes: 100, perUnit: 3n }
  expect([1, 100, 101, 250].map((bytes) => costAt(curve, bytes))).toEqual([10, 10, 13, 16])
})

test('curveThrough › finds what is fixed and what a unit costs, and nothing where nothing is asked for', () => {
  const curve: PriceCurve = { fixed: 7n, unitBytes: 100, perUnit: 3n }
  const at = (bytes: number) => BigInt(costAt(curve, bytes))
  expect(curveThrough(at(1), at(950), 950, 100)).toEqual(curve)
  // Of a single unit what is fixed cannot be told apart.
  expect(curveThrough(10n, 10n, 90, 100)).toEqual({ fixed: 10n, unitBytes: 100, perUnit: 0n })
  expect(curveThrough(0n, 0n, 950, 100)).toBeUndefined()
})

test('excess › is nothing in the fullest publication, and falls with every byte within a unit', () => {
  expect(excess(blobs, blobs.maxBytes)).toBe(0)
  const within = [1_000, 10_000, 100_000, blobBytes].map((bytes) => excess(blobs, bytes))
  expect(within).toEqual(within.toSorted((a, b) => b - a))
  // One byte more is one blob more.
  expect(excess(blobs, blobBytes + 1)).toBeGreaterThan(excess(blobs, blobBytes))
})

test('isFull › a blob that is hardly begun waits, five that are paid do not', () => {
  const full = [10_000, blobBytes, 3 * blobBytes, 5 * blobBytes].map((bytes) => isFull(even(bytes), both(blobs), rules))
  expect(full).toEqual([false, false, false, true])
})

test('isFull › the part that still saves decides, unless the other takes no more', () => {
  const halfFull = { core: 2 * blobBytes, witness: 5 * blobBytes }
  expect(isFull(halfFull, both(blobs), rules)).toBe(false)
  expect(isFull({ ...halfFull, witness: 6 * blobBytes }, both(blobs), rules)).toBe(true)
})

test('isFull › where nothing is asked for only the bound counts', () => {
  expect([1, 500_000, 979_999, 980_000].map((bytes) => isFull(even(bytes), both(free), rules))).toEqual([
    false,
    false,
    false,
    true,
  ])
  // The priced part alone decides.
  expect(isFull({ core: 5 * blobBytes, witness: 1 }, { core: blobs, witness: free }, rules)).toBe(true)
})

test('isFull › a price that is the same for every byte closes nothing: the claim costs, too', () => {
  const linear: PartPrice = { maxBytes: 1_000_000, curve: { fixed: 0n, unitBytes: 1, perUnit: 7n } }
  expect(isFull(even(500_000), both(linear), rules)).toBe(false)
  expect(isFull({ core: 5 * blobBytes, witness: 1 }, { core: blobs, witness: linear }, rules)).toBe(true)
})

test('bestCut › what would begin another blob waits for it to fill', () => {
  const sizes = Array.from({ length: 24 }, (_, i) => even((i + 1) * 10_000))
  // 13 blocks fill a blob, 24 would pay for a second one that is four fifths full.
  expect(bestCut(sizes.slice(0, 14), 1, both(blobs))).toBe(13)
  expect(bestCut(sizes, 1, both(blobs))).toBe(24)
})

test('bestCut › blocks that waited for long are posted whatever they cost', () => {
  const sizes = Array.from({ length: 14 }, (_, i) => even((i + 1) * 10_000))
  expect(bestCut(sizes, 14, both(blobs))).toBe(14)
  expect(bestCut([], 0, both(blobs))).toBe(0)
})

test('bestCut › small units and free layers leave nothing behind', () => {
  const shares: PartPrice = { maxBytes: 7_000_000, curve: { fixed: 75_700n, unitBytes: 482, perUnit: 4_096n } }
  const sizes = Array.from({ length: 50 }, (_, i) => even((i + 1) * 1_000))
  expect([bestCut(sizes, 1, both(shares)), bestCut(sizes, 1, both(free))]).toEqual([50, 50])
})

test('a message a second on blobs › a batch in ten minutes costs a fiftieth of one every five seconds, or less', () => {
  // Bytes a message as docs/benchmarks.md has them for one a second: 81 core, 65 witness.
  const perHour = (everySeconds: number): number => {
    const cost = (bytes: number): number => costAt(blobs.curve as PriceCurve, bytes)
    return (3_600 / everySeconds) * (cost(81 * everySeconds) + cost(65 * everySeconds))
  }
  // Until then nothing else closes it: what waiting saves is worth the wait.
  expect(isFull({ core: 81 * 599, witness: 65 * 599 }, both(blobs), rules)).toBe(false)
  expect(perHour(5) / perHour(600)).toBeGreaterThan(50)
})
