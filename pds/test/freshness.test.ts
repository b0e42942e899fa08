import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { Seen } from '../src/state/seen.ts'
import { Freshness } from '../src/work/freshness.ts'

const settings = { maxBehindMs: 10_000, finalEveryMs: 1_000, inboxEveryMs: 100 }

test('freshness › without L2, claims or records for too long the service is not ready, and says which', async () => {
  const clock = new ManualClock()
  const claims = new Seen(clock)
  let isFed = false
  let isL2There = false
  const client = {
    uid: 'test',
    request: async () => {
      if (isL2There) return '0x1'
      throw new Error('away')
    },
  }
  const log = { warn: () => undefined }
  const deps = { client, clock, log, places: undefined, claims, settings, isFed: () => isFed }
  const freshness = new Freshness(deps as never)
  const stop = new AbortController()
  const running = freshness.run(stop.signal)
  const look = async (ms: number): Promise<string | undefined> => {
    for (let passed = 0; passed < ms; passed += settings.inboxEveryMs) {
      clock.advance(settings.inboxEveryMs)
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return freshness.unreadyBecause
  }
  expect(await look(100)).toBe('the L2 does not answer')
  isL2There = true
  expect(await look(200)).toBe('final claims cannot be read on the L2')
  claims.see(1n)
  expect(await look(100)).toBe('no sequencer or relay gives records')
  isFed = true
  expect(await look(200)).toBeUndefined()
  isFed = false
  expect(await look(9_000)).toBeUndefined()
  expect(await look(1_500)).toBe('no sequencer or relay gives records')
  isFed = true
  expect(await look(200)).toBeUndefined()
  stop.abort()
  await running
})
