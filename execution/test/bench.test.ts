import { describe, expect, test } from 'vitest'
import { measureLanes, measureRawVerification, prepareLaneLoad } from '../src/bench/index.ts'
import { ZipfSampler } from '../src/bench/zipf.ts'
import { log } from './support/lanes.ts'

describe('measurements', () => {
  test('bare verification › counts what its workers verified', async () => {
    const measured = await measureRawVerification({ workers: 2, seconds: 0.2 })
    expect(measured.workers).toBe(2)
    // Rounds of 512 by each worker, in a fifth of a second: no machine does a microsecond each.
    expect(measured.verifications).toBeGreaterThanOrEqual(2 * 512)
    expect(measured.verifications % 512).toBe(0)
    expect(measured.verificationsPerSecond).toBeLessThan(2_000_000)
    expect(measured.cpuMicroseconds).toBeGreaterThan(1)
  })

  test.each([true, false])('lanes › execute a skewed load of which nothing is refused, roots %s', async (roots) => {
    const load = prepareLaneLoad({ workload: 'zipf', conversations: 100, messages: 700, rounds: 2, seed: 'test' })
    const measured = await measureLanes(load, { lanes: 2, roots, verifier: 'portable', rawSeconds: 0.1 }, log)
    expect(measured).toMatchObject({ lanes: 2, workload: 'zipf', roots, verifier: 'npm secp256k1' })
    const { messagesPerSecond, rawVerificationsPerSecond, ratio, cpuMicroseconds, cpuRatio } = measured
    for (const { min, median, max } of [messagesPerSecond, rawVerificationsPerSecond, ratio, cpuRatio]) {
      expect(min).toBeGreaterThan(0)
      expect(median).toBeGreaterThanOrEqual(min)
      expect(max).toBeGreaterThanOrEqual(median)
    }
    expect(cpuMicroseconds.min).toBeGreaterThan(1)
  })

  test('lane load › is the same for the same seed, and another for another', () => {
    const bodyOf = (seed: string) =>
      prepareLaneLoad({ workload: 'zipf', conversations: 64, messages: 50, rounds: 1, seed }).bodies[0]
    expect(bodyOf('a')).toEqual(bodyOf('a'))
    expect(bodyOf('a')).not.toEqual(bodyOf('b'))
  })

  test('lane load › a round that no block has room for is refused', () => {
    const options = { workload: 'uniform', conversations: 64, messages: 30_001, rounds: 1, seed: 'a' } as const
    expect(() => prepareLaneLoad(options)).toThrow(RangeError)
  })
})

describe('zipf sampler', () => {
  test('draws each rank in proportion to its inverse', () => {
    const sampler = new ZipfSampler(4, 1)
    const draws = 25_000
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < draws; i += 1) {
      const rank = sampler.rank((i + 0.5) / draws)
      counts[rank] = (counts[rank] as number) + 1
    }
    // 1 + 1/2 + 1/3 + 1/4 = 25/12.
    expect(counts).toEqual([12_000, 6_000, 4_000, 3_000])
  })

  test('has only the ranks it was made for', () => {
    const sampler = new ZipfSampler(3, 1)
    expect(sampler.rank(0)).toBe(0)
    expect(sampler.rank(1 - 2 ** -53)).toBe(2)
    expect(new ZipfSampler(1, 1).rank(0.5)).toBe(0)
  })
})
