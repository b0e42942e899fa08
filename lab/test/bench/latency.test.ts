import { describe, expect, test } from 'vitest'
import { benchLatency } from '../../src/bench/latency/bench-latency.ts'
import { BlockLevels } from '../../src/bench/latency/block-levels.ts'
import { dueAfter } from '../../src/bench/latency/open-loop.ts'
import { percentilesOf, spreadsOf } from '../../src/bench/latency/percentiles.ts'
import { readSealCounts, sealingBetween } from '../../src/bench/latency/sealing.ts'
import { benchContext } from '../support/bench-context.ts'

describe('percentiles', () => {
  test('count each message once', () => {
    const delays = [
      { ms: 40, messages: 1 },
      { ms: 10, messages: 50 },
      { ms: 20, messages: 40 },
      { ms: 30, messages: 9 },
    ]
    expect(percentilesOf(delays)).toEqual({ p50: 10, p90: 20, p99: 30, max: 40 })
  })

  test('of nothing are refused', () => {
    expect(() => percentilesOf([])).toThrow(RangeError)
  })

  test('are spread over repeats one by one', () => {
    const [a, b, c] = [1, 2, 6].map((ms) => ({ p50: ms, p90: 2 * ms, p99: 3 * ms, max: 4 * ms }))
    expect(spreadsOf([a, b, c] as never)).toMatchObject({
      p50: { min: 1, median: 2, max: 6 },
      max: { min: 4, median: 8, max: 24 },
    })
  })
})

test('schedule › is even, whatever happens', () => {
  expect([0, 1, 2, 400].map((body) => dueAfter(body, 400))).toEqual([0, 2.5, 5, 1_000])
})

describe('levels of blocks', () => {
  test('a delay counts from when a message was due, to the first time its block was there', () => {
    const levels = new BlockLevels()
    levels.reach('sealed', 1, 1_000)
    levels.reach('sealed', 3, 1_600)
    levels.reach('sealed', 2, 1_700)
    const sent = [
      { dueAtMs: 900, answeredAtMs: 950, blocks: [[1, 1] as const, [2, 3] as const], first: [0, 0, 0] as const },
    ]
    expect(levels.last('sealed')).toBe(3)
    expect(levels.percentiles('sealed', sent)).toEqual({ p50: 700, p90: 700, p99: 700, max: 700 })
    expect(() => levels.percentiles('final', sent)).toThrow(RangeError)
  })
})

test('sealing › is what was counted between two readings, by the bounds of the histogram', () => {
  const text = (counts: readonly number[], sum: number): string =>
    [
      ...['0.01', '0.025', '+Inf'].map((le, i) => `parley_sequencer_seal_seconds_bucket{le="${le}"} ${counts[i]}`),
      `parley_sequencer_seal_seconds_sum ${sum}`,
    ].join('\n')
  const before = readSealCounts(text([2, 2, 3], 1))
  const after = readSealCounts(text([5, 6, 7], 1.04))
  expect(sealingBetween(before, after)).toEqual({ blocks: 4, meanMs: 10, medianAtMostMs: 10, maxAtMostMs: 25 })
  expect(sealingBetween(before, readSealCounts(text([2, 2, 4], 3))).maxAtMostMs).toBeNull()
  expect(() => readSealCounts('')).toThrow(RangeError)
})

test('bench latency › follows every message to the end of finality', async () => {
  const context = benchContext(['bench.repeats', '1'], ['run.verifier', 'portable'])
  const report = await benchLatency(context, { batchSizes: [100], sharesOfCapacity: [0.5], messages: 3_200 })
  expect(report).toMatchObject({ layer: 'local', blockTimeMs: 500, repeats: 1 })
  const [result] = report.results
  expect(result?.batchSize).toBe(100)
  expect(result?.capacity.min).toBeGreaterThan(0)
  const [load] = result?.loads ?? []
  const medians = [load?.accepted, load?.sealed, load?.published, load?.claimed, load?.final].map((of) => of?.max.max)
  expect(medians.every((ms) => ms !== undefined && ms > 0)).toBe(true)
  // Each level comes after the one before it.
  expect(medians).toEqual(medians.toSorted((a, b) => (a as number) - (b as number)))
}, 360_000)
