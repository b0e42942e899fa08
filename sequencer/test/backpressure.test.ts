import { ManualClock } from '@parley/runtime/testing'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { Backpressure } from '../src/backpressure/backpressure.ts'
import { DataLag } from '../src/backpressure/data-lag.ts'

const rule = { minAgeMs: 500, minOperations: 256, maxWaitMs: 2_000, maxAheadMs: 0 }
const options = { largerMs: 60_000, limitedMs: 300_000, forcedMs: 1_800_000 }

/** A controller over a clock that stands, with blocks of 1,000 bytes and 10 entries a second. */
function setUp() {
  const clock = new ManualClock()
  const began = clock.now()
  let isKnown = true
  let woken = 0
  const ending = new AbortController()
  const backpressure = new Backpressure(
    {
      clock,
      now: () => (isKnown ? clock.now() : undefined),
      log: pino({ level: 'silent' }),
      roomAgain: () => {
        woken += 1
      },
      signal: ending.signal,
    },
    options,
  )
  let block = 0n
  let claimed = 0n
  const set = {
    clock,
    backpressure,
    ending,
    seconds: () => (clock.now() - began) / 1_000,
    woken: () => woken,
    forget: () => {
      isKnown = false
    },
    stage: () => backpressure.now()?.stage,
    /** Seals a block a second; claims all but the last `behind` of them every ten, if any are claimed. */
    async run(seconds: number, behind: number | undefined, perBlock = { bytes: 1_000, entries: 10 }) {
      for (let second = 0; second < seconds; second += 1) {
        await clock.advance(1_000)
        block += 1n
        backpressure.sealed(block, perBlock.bytes, perBlock.entries)
        if (behind === undefined || block % 10n !== 0n) continue
        claimed = block - BigInt(behind)
        backpressure.claimed(claimed)
      }
    },
  }
  return set
}

describe('lag of publishing', () => {
  test('steady › is what batches take, in bytes and in time', async () => {
    const { run, backpressure } = setUp()
    await run(300, 20)
    const lag = backpressure.now()
    expect(lag).toMatchObject({ stage: 'none', bytes: 20_000 })
    expect(lag?.ms).toBeGreaterThan(15_000)
    expect(lag?.ms).toBeLessThanOrEqual(20_000)
    expect(lag?.bytesPerSecond).toBeGreaterThan(900)
    expect(lag?.bytesPerSecond).toBeLessThan(1_000)
  })

  test('pace › is that of busy time, so a batch that waits for ten minutes to be full is no lag', () => {
    const lag = new DataLag()
    for (let batch = 0; batch < 4; batch += 1) {
      for (let second = 0; second < 600; second += 1)
        lag.sealed(BigInt(batch * 600 + second), 100, (batch * 600 + second) * 1_000)
      const now = lag.at((batch + 1) * 600_000)
      if (batch > 0) expect(now.ms).toBeLessThan(60_000)
      expect(now.ageMs).toBeGreaterThanOrEqual(600_000 - (batch === 0 ? 0 : 41_000))
      lag.claimed(BigInt(batch * 600 + 599), (batch + 1) * 600_000 + 40_000)
    }
  })

  test('burst › counts for no more than its oldest block has waited', async () => {
    const { run, backpressure } = setUp()
    await run(300, 20)
    await run(10, undefined, { bytes: 1_000_000, entries: 10_000 })
    const lag = backpressure.now()
    expect(lag?.bytes).toBe(10_020_000)
    expect(lag?.ms).toBe(lag?.ageMs)
    expect(lag?.stage).toBe('none')
  })

  test('memory › is bounded however many blocks wait, and the oldest is not forgotten', () => {
    const lag = new DataLag()
    for (let block = 1; block <= 100_000; block += 1) lag.sealed(BigInt(block), 10, block)
    expect(lag.at(200_000)).toMatchObject({ bytes: 1_000_000, ageMs: 199_999 })
    expect((lag as unknown as { unclaimed: unknown[] }).unclaimed.length).toBeLessThanOrEqual(8_192)
    lag.claimed(50_000n, 150_000)
    // Of blocks that were left out the bytes count until a later one is claimed.
    expect(lag.at(200_000).bytes).toBeGreaterThanOrEqual(500_000)
    expect(lag.at(200_000).bytes).toBeLessThan(510_000)
  })

  test('claims › that are told again, or of blocks from before, change nothing', async () => {
    const { run, backpressure } = setUp()
    backpressure.claimed(0n)
    await run(100, 0)
    const before = backpressure.now()
    backpressure.claimed(100n)
    backpressure.claimed(3n)
    expect(backpressure.now()).toEqual(before)
    expect(before).toMatchObject({ bytes: 0, ageMs: 0, ms: 0 })
  })
})

describe('what is done about it', () => {
  test('60 s › blocks are sealed larger and later, and everything is taken', async () => {
    const { run, backpressure, stage } = setUp()
    await run(300, 10)
    expect(backpressure.rule(rule)).toEqual(rule)
    await run(49, undefined)
    expect(stage()).toBe('none')
    await run(25, undefined)
    expect(stage()).toBe('larger')
    expect(backpressure.rule(rule)).toMatchObject({ minAgeMs: 2_000, minOperations: 1_024, maxWaitMs: 8_000 })
    expect(backpressure.refusal()).toBeUndefined()
  })

  test('5 min › no more is taken than was published, over any time', async () => {
    const { clock, run, backpressure, stage } = setUp()
    await run(600, 10)
    await run(302, undefined)
    expect(stage()).toBe('limited')
    // Half of the last ten minutes was published, at 1,000 bytes a second and 100 an entry.
    const rate = (backpressure.now()?.bytesPerSecond ?? 0) / 100
    expect(rate).toBeGreaterThan(4)
    expect(rate).toBeLessThan(6)
    let taken = 0
    for (let tenth = 0; tenth < 600; tenth += 1) {
      await clock.advance(100)
      for (let tries = 0; tries < 5; tries += 1)
        if (backpressure.refusal() === undefined) {
          backpressure.took(3)
          taken += 3
        }
    }
    expect(taken).toBeGreaterThan(3.5 * 60)
    expect(taken).toBeLessThanOrEqual(rate * 61 + 3)
  })

  test('5 min › a refusal says when there is room, and who waits for it is woken then', async () => {
    const { clock, run, backpressure, woken } = setUp()
    await run(600, 10)
    await run(302, undefined)
    await clock.advance(1_000)
    expect(backpressure.refusal()).toBeUndefined()
    backpressure.took(100)
    const waitMs = backpressure.refusal() as number
    expect(waitMs).toBeGreaterThan(15_000)
    expect(waitMs).toBeLessThan(30_000)
    expect(backpressure.refusal()).toBe(waitMs)
    await clock.advance(waitMs - 1)
    expect(woken()).toBe(0)
    await clock.advance(1)
    for (let turn = 0; turn < 100 && woken() === 0; turn += 1) await Promise.resolve()
    expect(woken()).toBe(1)
  })

  test('30 min › nothing is taken, whatever little is waiting', async () => {
    const { run, backpressure, stage } = setUp()
    await run(300, 0)
    await run(1, undefined)
    await run(1_801, undefined, { bytes: 1, entries: 1 })
    // At the pace of before it would be published in seconds; nothing is published at all.
    expect(backpressure.now()?.ms).toBeLessThan(60_000)
    expect(stage()).toBe('forced')
    expect(backpressure.refusal()).toBe(2_000)
  })

  test('outage › ends by itself once claims come again', async () => {
    const { run, backpressure, stage } = setUp()
    await run(600, 0)
    await run(1_900, undefined)
    expect(stage()).toBe('forced')
    await run(10, 0)
    expect(stage()).toBe('none')
    expect(backpressure.refusal()).toBeUndefined()
    expect(backpressure.rule(rule)).toEqual(rule)
  })

  test('start › before the first claim only that nothing is published for too long counts', async () => {
    const { run, backpressure, stage } = setUp()
    await run(1_700, undefined)
    expect(stage()).toBe('none')
    expect(backpressure.now()?.ms).toBeUndefined()
    await run(110, undefined)
    expect(stage()).toBe('forced')
  })

  test('start › blocks sealed before count from their own time', async () => {
    const { clock, backpressure, stage } = setUp()
    backpressure.found(10n, 5_000, clock.now() - 1_800_001)
    expect(stage()).toBe('forced')
    expect(backpressure.now()?.bytes).toBe(5_000)
    backpressure.claimed(10n)
    await clock.advance(250)
    expect(stage()).toBe('none')
  })

  test('clock › while the time of blocks is not known nothing is held back', async () => {
    const { run, backpressure, forget } = setUp()
    await run(2_000, undefined)
    forget()
    expect(backpressure.now()).toBeUndefined()
    expect(backpressure.refusal()).toBeUndefined()
  })
})
