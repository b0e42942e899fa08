import { expect, test } from 'vitest'
import { snapshotsToKeep } from '../src/store/snapshots-to-keep.ts'

test('snapshots › the newest at or below the final block stays, older ones go', () => {
  expect(snapshotsToKeep([9n, 7n, 5n, 3n, 1n], 2, 4n)).toEqual([9n, 7n, 5n, 3n])
  expect(snapshotsToKeep([9n, 7n, 5n], 1, 9n)).toEqual([9n])
  expect(snapshotsToKeep([9n, 7n, 5n], 2, 9n)).toEqual([9n, 7n])
})

test('snapshots › before anything is final the oldest stays', () => {
  expect(snapshotsToKeep([9n, 7n, 5n], 1, 0n)).toEqual([9n, 7n, 5n])
})

test('snapshots › between, at most eight stay however long finality takes, and the final one follows', () => {
  let kept: bigint[] = []
  for (let block = 1n; block <= 1_000n; block += 1n) {
    const finalBlock = block - 200n
    kept = snapshotsToKeep([block, ...kept], 2, finalBlock)
    expect(kept.length).toBeLessThanOrEqual(10)
    if (finalBlock >= 200n) {
      expect(kept.at(-1)).toBeLessThanOrEqual(finalBlock)
      // Never further behind than the window is long.
      expect(kept.at(-1)).toBeGreaterThan(finalBlock - 200n)
    }
  }
})
