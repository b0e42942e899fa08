import { noSilence } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import { FakeL2 } from './support/fake-l2.ts'
import {
  beginSequencer,
  blockAt,
  endAll,
  eventually,
  getJson,
  type Harness,
  type HarnessOptions,
  newDisk,
  postMessages,
  signer,
  startSequencer,
  survivorOf,
} from './support/harness.ts'
import { config, deposit, named, Talk } from './support/world.ts'

afterEach(endAll)

const quick: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 50 } }

/** Waits for an address, which there is before the start is over. */
const address = ({ sequencer }: Harness): Promise<string> => eventually('address', () => sequencer.url || undefined)

const unready = async (url: string): Promise<string | undefined> => {
  const answer = await fetch(`${url}/readyz`)
  const { because } = (await answer.json()) as { readonly because?: string }
  expect(answer.status).toBe(because === undefined ? 200 : 503)
  return because
}

const untilUnready = (url: string, reason: string): Promise<true> =>
  eventually(reason, async () => (await unready(url))?.includes(reason) || undefined)

/** It lives and can be watched, and whoever sends something is to come later: nothing of it was taken. */
async function assertTakesNothing(url: string): Promise<void> {
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('parley_http_connections')
  await expect(postMessages(url, [new Talk(3, 0).say('early')])).rejects.toThrow('OVERLOADED')
  expect((await fetch(`${url}/v1/status`)).status).toBe(429)
}

test('readiness › a sequencer that waits in a rescue says so until claims are resumed', async () => {
  const l2 = new FakeL2(config, signer.address)
  l2.silenceNow = { ...noSilence, inRescue: true }
  const { harness, started } = await beginSequencer({ l2 })
  const url = await address(harness)
  await untilUnready(url, 'in rescue')
  expect(await unready(url)).toBe(
    'the chain was silent and is in rescue: nothing is taken or sealed until claims are resumed',
  )
  await assertTakesNothing(url)
  l2.silenceNow = { ...noSilence, inRescue: true, resumesAt: 77n }
  l2.empty()
  await untilUnready(url, 'resumed a second time, from L2 second 77 on')
  l2.silenceNow = noSilence
  l2.empty()
  await started
  expect(harness.url).toBe(url)
  await eventually('ready', async () => (await unready(url)) === undefined || undefined)
})

test('readiness › a sequencer that goes back after a removal is not ready, and says to which block', async () => {
  const l2 = new FakeL2(config, signer.address)
  const disk = newDisk()
  l2.enqueue(deposit(3))
  const before = await startSequencer({ ...quick, l2, disk })
  await eventually('a block', () => blockAt(before.url, 1n))
  l2.removal(named('lineage'))
  await expect(before.sequencer.failed).rejects.toMatchObject({ fault: { code: 'LINEAGE_CHANGED' } })
  expect(await unready(before.url)).toBe('claims were removed: it goes back to block 0')
  expect((await fetch(`${before.url}/healthz`)).status).toBe(200)
  expect(await getJson(before.url, '/v1/status')).toMatchObject({ code: 'STOPPING' })
  await before.end()
  // The next removal is told by the L2's head before its safe blocks have it.
  l2.lineageNow = named('another lineage')
  const { harness, started } = await beginSequencer({ ...quick, l2, disk: survivorOf(disk) })
  const url = await address(harness)
  await untilUnready(url, 'its safe blocks do not tell of it yet')
  await assertTakesNothing(url)
  l2.removal(named('another lineage'))
  await started
  await eventually('ready', async () => (await unready(url)) === undefined || undefined)
})

test('readiness › a sequencer that is stopped while it waits ends', async () => {
  const l2 = new FakeL2(config, signer.address)
  l2.silenceNow = { ...noSilence, inRescue: true }
  const { harness, started } = await beginSequencer({ l2 })
  const url = await address(harness)
  await untilUnready(url, 'in rescue')
  await harness.end()
  await expect(started).rejects.toMatchObject({ fault: { code: 'STOPPING' } })
  await expect(fetch(`${url}/readyz`)).rejects.toThrow()
})
