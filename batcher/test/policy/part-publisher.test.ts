import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { CodedError } from '@parley/protocol'
import type { RetryPolicy } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { type Landing, PartPublisher } from '../../src/policy/part-publisher.ts'
import { createPolicyMetrics } from '../../src/policy/policy-metrics.ts'
import { policySettingsOf } from '../../src/policy/settings.ts'
import { FakeLayer } from './fake-layer.ts'

const minute = 60_000
const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** Batches that one publisher sends to fake layers; time passes when the test says so. */
class Stage {
  readonly clock = new ManualClock()
  readonly registry = new Registry()
  readonly begun: [batch: number, layer: number][] = []
  readonly stopping = new AbortController()
  readonly publisher: PartPublisher
  readonly layers: readonly FakeLayer[]
  readonly log: object[] = []

  constructor(
    layers: readonly FakeLayer[],
    { others = [], rates }: { others?: readonly FakeLayer[]; rates?: boolean } = {},
  ) {
    this.layers = layers
    const retry: RetryPolicy<CodedError> = {
      clock: this.clock,
      firstBackoffMs: 1_000,
      maxBackoffMs: 30_000,
      passes: (error): error is CodedError => error instanceof CodedError && error.meaning.retry === 'later',
      onFault: () => undefined,
    }
    this.publisher = new PartPublisher(
      {
        part: 'core',
        layers,
        others,
        toWei: rates ? ({ amount }) => amount : undefined,
        clock: this.clock,
        log: pino({ level: 'info' }, { write: (line: string) => void this.log.push(JSON.parse(line)) }),
        metrics: createPolicyMetrics(this.registry),
        retry,
      },
      policySettingsOf(),
    )
  }

  publish(batch: number, ...begun: number[]): Promise<Landing> {
    const bytes = bytesOf(batch)
    const begin = async (layer: number) => void this.begun.push([batch, layer])
    const attempt = { batch: BigInt(batch), bytes, digest: digestOf(bytes), begun, begin, spent: async () => undefined }
    return this.publisher.publish(attempt, this.stopping.signal)
  }

  /** Lets time pass in steps, and everything happen that does. */
  async pass(ms: number): Promise<void> {
    const step = 10_000
    for (let passed = 0; passed < ms; passed += step) {
      await setImmediate()
      this.clock.advance(Math.min(step, ms - passed))
    }
    await setImmediate()
  }

  /** Publications of each batch over all layers. */
  copies(batch: number): number {
    const digest = digestOf(bytesOf(batch)).toString('hex')
    return this.layers.flatMap(({ chain }) => chain).filter((each) => each === digest).length
  }

  async metric(name: string): Promise<unknown[]> {
    const values = (await this.registry.getSingleMetric(name)?.get())?.values ?? []
    return values.map(({ value, labels }) => ({ ...labels, value }))
  }
}

const bytesOf = (batch: number): Uint8Array => Buffer.from(`batch ${batch}`)
const layers = () => [new FakeLayer(2, 'celestia'), new FakeLayer(1, 'ethereum-blobs')] as const

test('order › while the first layer works nothing else is asked', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  const landings = await Promise.all([1, 2, 3].map((batch) => stage.publish(batch)))
  expect(landings.map(({ layer }) => layer.name)).toEqual(['celestia', 'celestia', 'celestia'])
  expect(second.calls).toEqual([])
  expect(stage.begun).toEqual([1, 2, 3].map((batch) => [batch, 2]))
})

test('abandon first › an attempt ends on the layer that is left before the next one is asked', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'DA_FALL_BACK'
  first.abandonFails = 3
  const landing = stage.publish(1)
  await stage.pass(2_000)
  // Its end is not known yet: nothing may go elsewhere.
  expect(second.calls).toEqual([])
  await stage.pass(30_000)
  expect((await landing).layer).toBe(second)
  expect(first.calls.map((call) => call.split(' ')[0])).toEqual(['submit', ...Array(4).fill('abandon')])
  expect([stage.copies(1), first.pending.size]).toEqual([1, 0])
  expect(stage.begun).toEqual([
    [1, 2],
    [1, 1],
  ])
})

test('abandon first › what is included after all is used, and published nowhere else', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'DA_REFUSED'
  first.landsLate = true
  const { layer } = await stage.publish(1)
  expect([layer.name, second.calls, stage.copies(1)]).toEqual(['celestia', [], 1])
})

test('abandon first › what others have under way leaves the layer, too, whatever it waits for', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'hangs'
  const hanging = [1, 2, 3].map((batch) => stage.publish(batch))
  await stage.pass(0)
  first.weather = 'DA_FALL_BACK'
  const landings = await Promise.all([...hanging, stage.publish(4)])
  expect(landings.map(({ layer }) => layer.name)).toEqual(Array(4).fill('ethereum-blobs'))
  expect([1, 2, 3, 4].map((batch) => stage.copies(batch))).toEqual([1, 1, 1, 1])
  expect(first.pending.size).toBe(0)
})

test('patience › a capped fee is waited out for ten minutes and the part returns by itself', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'DA_FEE_CAPPED'
  const early = stage.publish(1)
  await stage.pass(9 * minute)
  expect(second.calls).toEqual([])
  await stage.pass(2 * minute)
  expect((await early).layer).toBe(second)
  first.weather = 'fair'
  const where: string[] = []
  for (let batch = 2; batch < 14; batch += 1) {
    where.push((await stage.publish(batch)).layer.name)
    await stage.pass(minute)
  }
  // The first batch and nine more; then the probe, and from then on the first layer.
  expect(where).toEqual([...Array(9).fill('ethereum-blobs'), ...Array(3).fill('celestia')])
  expect(await stage.metric('parley_da_fallbacks_total')).toEqual([
    { part: 'core', from: 'celestia', to: 'ethereum-blobs', code: 'DA_FEE_CAPPED', value: 1 },
    { part: 'core', from: 'ethereum-blobs', to: 'celestia', code: 'recovered', value: 1 },
  ])
  expect(await stage.metric('parley_da_policy_active')).toEqual([
    { part: 'core', layer: 'celestia', value: 1 },
    { part: 'core', layer: 'ethereum-blobs', value: 0 },
  ])
  expect(stage.publisher.status()).toMatchObject({ active: 'celestia', because: 'recovered' })
})

test('patience › a layer that never answers is left in time', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'hangs'
  const landing = stage.publish(1)
  await stage.pass(29 * minute)
  expect(second.calls).toEqual([])
  await stage.pass(2 * minute)
  expect((await landing).layer).toBe(second)
  expect(stage.publisher.status()).toMatchObject({ active: 'ethereum-blobs', because: 'stalled' })
  expect(stage.clock.waits).toEqual([])
})

test('patience › without another layer it is waited for without end, and a refusal is told', async () => {
  const [only] = layers()
  const stage = new Stage([only])
  only.weather = 'hangs'
  const landing = stage.publish(1)
  await stage.pass(120 * minute)
  expect(only.calls).toHaveLength(1)
  stage.stopping.abort(new Error('over'))
  await expect(landing).rejects.toThrow('over')
  only.weather = 'DA_REFUSED'
  await expect(new Stage([only]).publish(2)).rejects.toMatchObject({ fault: { code: 'DA_REFUSED' } })
})

test('hysteresis › a probe that fails costs one attempt, and its batch goes to the fallback', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'DA_FALL_BACK'
  await stage.publish(1)
  first.weather = 'DA_UNAVAILABLE'
  await stage.pass(30 * minute)
  const asked = first.calls.length
  const both = await Promise.all([stage.publish(2), stage.publish(3)])
  expect(both.map(({ layer }) => layer.name)).toEqual(['ethereum-blobs', 'ethereum-blobs'])
  expect(first.calls.slice(asked).map((call) => call.split(' ')[0])).toEqual(['submit', 'abandon'])
})

test('starvation › batches that go on to the fallback do not keep an attempt from ending', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'hangs'
  const stuck = stage.publish(1)
  await stage.pass(0)
  first.weather = 'DA_REFUSED'
  first.abandonFails = 20
  const others = Array.from({ length: 50 }, (_, i) => stage.publish(i + 2))
  await stage.pass(20 * minute)
  const landings = await Promise.all([stuck, ...others])
  expect(new Set(landings.map(({ layer }) => layer.name))).toEqual(new Set(['ethereum-blobs']))
  expect(stage.layers.flatMap(({ chain }) => chain)).toHaveLength(51)
})

test('restart › what began on a layer of the list goes on there', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  const { layer } = await stage.publish(1, second.layer)
  expect([layer.name, first.calls, stage.begun]).toEqual(['ethereum-blobs', [], []])
})

test('restart › what began on a layer that is no longer used ends there first', async () => {
  const [first, second] = layers()
  const former = new FakeLayer(5, 'alt-da')
  const stage = new Stage([first, second], { others: [former] })
  expect((await stage.publish(1, former.layer)).layer).toBe(first)
  expect(former.calls).toHaveLength(1)
  former.landsLate = true
  former.pending.add(digestOf(bytesOf(2)).toString('hex'))
  expect((await stage.publish(2, former.layer)).layer).toBe(former)
  expect([first.chain.length, former.chain.length]).toEqual([1, 1])
})

test('restart › what began on a layer that is not configured is told, and published nowhere', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  const fault = { code: 'LAYER_NOT_OPEN', batch: 1n, part: 'core', layer: 'alt-da' }
  await expect(stage.publish(1, 5)).rejects.toMatchObject({ fault })
  expect([first.calls, second.calls]).toEqual([[], []])
})

test('cost › with rates the cheaper layer is used after half an hour', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second], { rates: true })
  second.price = 60n
  const where: string[] = []
  for (let batch = 1; batch <= 8; batch += 1) {
    where.push((await stage.publish(batch)).layer.name)
    await stage.pass(5 * minute)
  }
  expect(where).toEqual([...Array(6).fill('celestia'), 'ethereum-blobs', 'ethereum-blobs'])
})

test('a switch › is logged with its cause and both prices', async () => {
  const [first, second] = layers()
  const stage = new Stage([first, second])
  first.weather = 'DA_FALL_BACK'
  second.price = 3n
  await stage.publish(1)
  await stage.pass(0)
  expect(stage.log).toContainEqual(
    expect.objectContaining({
      part: 'core',
      from: 'celestia',
      to: 'ethereum-blobs',
      code: 'DA_FALL_BACK',
      asked: '700 eth',
      asks: '21 eth',
    }),
  )
})

test('abort › ends a publication wherever it is, with the reason', async () => {
  for (const weather of ['hangs', 'DA_UNAVAILABLE', 'DA_FALL_BACK'] as const) {
    const [first, second] = layers()
    const stage = new Stage([first, second])
    first.weather = weather
    first.abandonFails = Number.POSITIVE_INFINITY
    const landing = stage.publish(1)
    await stage.pass(0)
    stage.stopping.abort(new Error('over'))
    await expect(landing).rejects.toThrow('over')
    expect(stage.clock.waits).toEqual([])
  }
})
