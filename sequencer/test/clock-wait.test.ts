import { systemClock } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { afterEach, expect, test } from 'vitest'
import { l2ToleranceMs } from '../src/settlement/block-time.ts'
import { FakeL2 } from './support/fake-l2.ts'
import { blockAt, endAll, eventually, getJson, signer, startSequencer, survivorOf } from './support/harness.ts'
import { config, deposit } from './support/world.ts'

afterEach(endAll)

const quick = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 50 } }

const because = async (url: string): Promise<string | undefined> =>
  (await getJson<{ because?: string }>(url, '/readyz')).because

async function assertTold(url: string, until: number): Promise<void> {
  await eventually(
    'the reason',
    async () =>
      (await because(url))?.includes(`opening waits for the clock, until ${new Date(until).toISOString()}`) ||
      undefined,
  )
  const refused = await eventually('a refusal', async () => {
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(111),
    })
    return response.status === 429 ? response : undefined
  })
  expect(await refused.json()).toMatchObject({ code: 'OVERLOADED', what: 'opening' })
}

test.each([
  ['an hour', 3_600_000],
  ['sixty days, longer than any timer', 60 * 86_400_000],
])('a genesis %s ahead › readiness says until when, nothing is sealed', async (_, aheadMs) => {
  const timestamp = BigInt(Date.now() + aheadMs)
  const later = { ...config, genesis: { ...config.genesis, timestamp } }
  const l2 = new FakeL2(later, signer.address)
  const { url } = await startSequencer({ ...quick, config: later, l2, clock: systemClock })
  l2.enqueue(deposit(3))
  const warned: string[] = []
  const note = ({ name }: Error): void => void warned.push(name)
  process.on('warning', note)
  await assertTold(url, Number(timestamp) + 250)
  process.off('warning', note)
  expect(warned).toEqual([])
  expect(await blockAt(url, 1n)).toBeUndefined()
})

/** One block, sealed under a right clock, and a sequencer started again over it with `clock`. */
async function startedAgain(l2: FakeL2, clockAt: (sealedAt: number) => ManualClock) {
  l2.enqueue(deposit(3))
  const first = await startSequencer({ ...quick, l2 })
  const sealed = await eventually('first block', () => blockAt(first.url, 1n))
  await first.end()
  const sealedAt = Number(sealed.block.header.timestamp)
  const clock = clockAt(sealedAt)
  return { clock, sealedAt, ...(await startSequencer({ ...quick, l2, clock, disk: survivorOf(first.disk) })) }
}

async function timestampOf(url: string, number: bigint): Promise<number> {
  const { block } = await eventually(`block ${number}`, () => blockAt(url, number))
  return Number(block.header.timestamp)
}

test.each([
  ['two days back', -2 * 86_400_000],
  ['two hours ahead', 2 * 3_600_000],
])('a clock %s of the L2’s › blocks get a time within the tolerance of the L2’s', async (_, ahead) => {
  const l2 = new FakeL2(config, signer.address)
  const { url, sealedAt } = await startedAgain(l2, (at) => {
    l2.time = BigInt(at + 60_000)
    return new ManualClock(at + 60_000 + ahead)
  })
  l2.enqueue(deposit(9))
  const timestamp = await timestampOf(url, 2n)
  expect(Math.abs(timestamp - sealedAt - 60_000)).toBeLessThanOrEqual(l2ToleranceMs)
})

test.each([
  ['forward', 40_000],
  ['back', -40_000],
  ['back for days', -2 * 86_400_000],
])('a clock set %s while it runs › blocks follow one another as before', async (_, jump) => {
  const l2 = new FakeL2(config, signer.address)
  const { url, clock } = await startedAgain(l2, (at) => new ManualClock(at + 1_000))
  l2.enqueue(deposit(9))
  const before = await timestampOf(url, 2n)
  const [rightAt, passedAt] = [clock.now(), clock.elapsed()]
  l2.time = BigInt(rightAt)
  clock.set(rightAt + jump)
  let last = before
  for (const number of [3n, 4n, 5n]) {
    l2.enqueue(deposit(9))
    const { block } = await eventually(`block ${number}`, () => {
      clock.advance(50)
      return blockAt(url, number)
    })
    const timestamp = Number(block.header.timestamp)
    expect(timestamp - last).toBeGreaterThanOrEqual(250)
    const passed = clock.elapsed() - passedAt
    expect(timestamp - rightAt).toBeLessThanOrEqual(passed * 1.11)
    last = timestamp
  }
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

test('a head an hour old › status and metrics say how far header and oldest item are behind the L2', async () => {
  const l2 = new FakeL2(config, signer.address)
  const virtual = { blockEveryOffers: 6, blockTimeMs: 300, inboxItemsFirst: 1 }
  const { url } = await startSequencer({ ...quick, l2, virtual })
  l2.enqueue(deposit(3))
  const timestamp = BigInt(await timestampOf(url, 1n))
  // Nothing is offered that a block under this clock would be opened for: the item waits.
  l2.time = timestamp + 3_600_000n
  l2.enqueue(deposit(9))
  const lag = await eventually('the lag', async () => {
    const { inboxKnown, lag } = await getJson<{ inboxKnown: string; lag: object | null }>(url, '/v1/status')
    return inboxKnown === '2' ? lag : undefined
  })
  const oldest = String(timestamp + 3_600_000n - config.genesis.timestamp)
  expect(lag).toEqual({ headerMs: '3600000', oldestItemMs: oldest })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('parley_sequencer_header_lag_seconds 3600')
  expect(metrics).toContain(`parley_sequencer_oldest_item_seconds ${Number(oldest) / 1000}`)
})
