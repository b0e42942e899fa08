import { SettlementError } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { expect, test } from 'vitest'
import { type RescueDeps, rescueItems } from '../src/rescue/rescue.ts'
import { log } from './support/rig.ts'

test('a rescue › waits longer each time the L2 does not answer', async () => {
  const ended = new AbortController()
  const waits: number[] = []
  const deps = {
    contact: { caughtUp: true },
    l2: { summary: {} },
    rescuer: {
      async head() {
        throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' })
      },
    },
    clock: {
      ...systemClock,
      async sleep(ms: number) {
        waits.push(ms)
        if (waits.length === 5) ended.abort(new Error('enough'))
      },
    },
    log,
  } as unknown as RescueDeps
  const options = { pollMs: 1, firstBackoffMs: 100, maxBackoffMs: 800 }
  await expect(rescueItems(deps, options, ended.signal)).rejects.toThrow('enough')
  expect(waits).toEqual([100, 200, 400, 800, 800])
})
