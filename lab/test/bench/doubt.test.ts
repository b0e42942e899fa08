import { describe, expect, test } from 'vitest'
import { benchmark } from '../../src/bench/all/benchmark.ts'
import { showPipeline } from '../../src/bench/all/sections/pipeline.ts'
import { type Check, verdictOf } from '../../src/bench/check.ts'
import { doubtOf } from '../../src/bench/doubt.ts'

const spread = (min: number, median: number, max: number) => ({ min, median, max })
const steady = { cores: 2, oneCore: spread(19_000, 20_000, 21_000), allCores: spread(36_000, 38_000, 40_000) }

describe('doubtOf', () => {
  test('a limit that held still › none', () => {
    expect(doubtOf(steady)).toBeUndefined()
  })

  test('slower on all cores than on one › is told with both', () => {
    const disturbed = { ...steady, oneCore: spread(14_000, 14_229, 14_500), allCores: spread(5_800, 5_884, 5_900) }
    expect(doubtOf(disturbed)).toMatch(/slower on 2 cores \(5884 a second\) than on one \(14229\)/)
  })

  test('one core › has nothing to be slower than', () => {
    const alone = spread(19_000, 20_000, 21_000)
    expect(doubtOf({ cores: 1, oneCore: alone, allCores: spread(18_900, 19_900, 21_000) })).toBeUndefined()
  })

  test.each([
    ['one core', { oneCore: spread(15_000, 20_000, 21_000) }],
    ['all cores', { allCores: spread(20_000, 38_000, 40_000) }],
    ['all cores', { allCores: spread(0, 38_000, 40_000) }],
  ])('wavering on %s › is told', (where, wavering) => {
    expect(doubtOf({ ...steady, ...wavering })).toContain(`on ${where} wavered`)
  })

  test('wavering by as much as is allowed › none', () => {
    expect(doubtOf({ ...steady, oneCore: spread(16_000, 18_000, 20_000) })).toBeUndefined()
  })
})

describe('verdictOf', () => {
  const check: Check = { id: 'x', what: 'x', value: 1.717, bound: 0.8, kind: 'at least' }

  test('a disturbed run › claims neither that a bound is reached nor that it is not', () => {
    expect(verdictOf(check)).toBe('reached')
    expect(verdictOf({ ...check, value: 0.5 })).toBe('not reached')
    expect(verdictOf({ ...check, doubt: 'wavered' })).toBe('in doubt')
    expect(verdictOf({ ...check, value: 0.5, doubt: 'wavered' })).toBe('in doubt')
  })

  test('a disturbed pipeline › offers its ratio by CPU time', () => {
    const { checks } = benchmark('pipeline', showPipeline).show({
      workload: 'made up',
      batchSize: 100,
      ratio: 1.717,
      cpuRatio: 0.735,
      doubt: 'wavered',
      lost: 0,
      rawVerificationsPerSecond: { oneCore: 14_229, allCores: 5_884 },
      cpuMicrosecondsPerMessage: {},
      spread: { acceptedPerSecond: spread(1, 2, 3), claimedPerSecond: spread(1, 2, 3) },
    })
    expect(checks.map(verdictOf)).toEqual(['in doubt', 'reached'])
    expect(checks[0]).toMatchObject({ byCpuTime: 0.735 })
  })
})
