import { systemClock } from '@parley/runtime'
import { describe, expect, test } from 'vitest'
import { claimedIn, messagesByBlock, type TimedClaim } from '../../src/bench/sustained/claimed.ts'
import { MemoryWatch } from '../../src/bench/sustained/memory.ts'
import { notSustained, type Sustained } from '../../src/bench/sustained/verdict.ts'

/** A claim every ten seconds, each of ten blocks of a second, made `waits` seconds after the first of them began. */
const claimsAfter = (waits: readonly number[]): TimedClaim[] =>
  [0, ...waits].map((wait, i) => ({
    claimedAtMs: 1_000 * (10 * (i - 1) + wait),
    block: 10 * i,
    sealedAtMs: 10_000 * i,
  }))
const byBlock = new Map(Array.from({ length: 200 }, (_, block) => [block, 7] as const))

describe('claimedIn', () => {
  test('waits from the block before a batch until its claim, and messages by the claims’ blocks', () => {
    const claims = claimsAfter([40, 40, 41, 40, 40, 43])
    expect(claimedIn(claims, byBlock, 0, 200_000)).toEqual({
      claims: 6,
      messages: 420,
      waitedSeconds: { p50: 40, p90: 43, max: 43 },
      thirds: { second: 40.5, last: 41.5 },
      messagesPerSecond: 7,
    })
  })

  test('a claim that is made later, or of what was sealed before the load, does not count', () => {
    const claims = claimsAfter([40, 40, 41, 40, 40, 43])
    expect(claimedIn(claims, byBlock, 10_000, 200_000).claims).toBe(5)
    expect(claimedIn(claims, byBlock, 0, 92_000).claims).toBe(5)
  })

  test('too few claims say nothing', () => {
    expect(() => claimedIn(claimsAfter([40, 40]), byBlock, 0, 200_000)).toThrow('only 2 claims')
  })

  test('messagesByBlock › adds up what bodies were accepted into', () => {
    const body = (blocks: readonly (readonly [number, number])[]) =>
      ({ dueAtMs: 0, answeredAtMs: 0, blocks, first: [0, 0, 0] }) as const
    expect(messagesByBlock([body([[1, 60], [2, 40]]), body([[2, 100]])])).toEqual(new Map([[1, 60], [2, 140]])) // biome-ignore format: pairs
  })
})

describe('notSustained', () => {
  const right: Sustained = {
    messagesPerSecond: 1_500,
    sentPerSecond: 1_499,
    claimed: claimedIn(claimsAfter([40, 40, 40, 40, 40, 40]), byBlock, 0, 200_000),
    unclaimed: 0,
    memory: { batcher: { sustained: 300, outage: 500, afterwards: 600 } },
  }
  const sustained = { ...right, claimed: { ...right.claimed, messagesPerSecond: 1_480 } }

  test('says nothing of a batcher that keeps up', () => {
    expect(notSustained(sustained)).toEqual([])
  })

  test.each([
    ['the rate was not sent', { sentPerSecond: 1_400 }, 'sent'],
    ['less was claimed', { claimed: { ...sustained.claimed, messagesPerSecond: 1_400 } }, 'a second were claimed'],
    [
      'batches waited longer and longer',
      { claimed: { ...sustained.claimed, thirds: { second: 40, last: 53 } } },
      'waited 40 s',
    ],
    ['messages are left', { unclaimed: 1 }, '1 messages'],
    ['memory grew beyond what may be held', { memory: { batcher: { sustained: 300, outage: 557 } } }, 'held 557 MiB'],
  ] as const)('tells when %s', (_what, wrong, word) => {
    const told = notSustained({ ...sustained, ...wrong })
    expect(told).toHaveLength(1)
    expect(told[0]).toContain(word)
  })
})

test('MemoryWatch › keeps the most that a process held in each phase', async () => {
  const over = new AbortController()
  const watch = new MemoryWatch(new Map([['own', process.pid]]), 'sustained')
  const watching = watch.run({ ...systemClock, sleep: async () => over.abort() }, over.signal)
  await watching
  expect(watch.found.own?.sustained).toBeGreaterThan(10)
  await expect(
    new MemoryWatch(new Map([['gone', 2 ** 22 + 1]]), 'x').run(systemClock, AbortSignal.timeout(5_000)),
  ).rejects.toMatchObject({
    fault: { code: 'ARGUMENT_INVALID' },
  })
})
