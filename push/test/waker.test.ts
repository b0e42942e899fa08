import type { FeedPlace } from '@parley/api'
import type { BytesLevel } from '@parley/runtime/level'
import { ManualClock } from '@parley/runtime/testing'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMetrics } from '../src/metrics.ts'
import { type PushOptions, settingsOf } from '../src/options.ts'
import { Registrations } from '../src/registrations/registrations.ts'
import type { Outcome } from '../src/targets/target.ts'
import { Waker } from '../src/wake/waker.ts'

const nameOf = (number: number): string => `0x${number.toString(16).padStart(64, '0')}`
const here: FeedPlace = { shard: 3, index: 1 }
const second = 1_000

let clock: ManualClock
let registrations: Registrations
let outcome: (token: string) => Promise<Outcome>
let sent: string[]
let stop: () => Promise<void>
let waker: Waker

async function start(options: PushOptions = {}): Promise<void> {
  const settings = settingsOf({ everyMs: 30 * second, maxRefusals: 3, ...options })
  const level = new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  registrations = await Registrations.open(level as unknown as BytesLevel, settings)
  const metrics = createMetrics(new Registry(), { registrations, waiting: () => 0 })
  const fcm = {
    check: () => undefined,
    wake: ({ token }: { token: string }) => {
      sent.push(token)
      return outcome(token)
    },
  }
  const deps = { registrations, services: { fcm }, clock, log: pino({ level: 'silent' }), metrics }
  waker = new Waker(deps, settings)
  const stopping = new AbortController()
  const running = waker.run(stopping.signal)
  stop = async () => {
    stopping.abort(new Error('over'))
    await running
  }
}

const keep = (number: number, prefix = 1): Promise<void> =>
  registrations.keep(
    nameOf(number),
    {
      target: { kind: 'fcm', value: { token: `t${number}` } },
      buckets: [{ shard: 3, bits: 2, prefix }],
      expires: BigInt(clock.now() + 3_600 * second),
    },
    'a',
  )

/** Lets everything happen that is due by now. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += second) {
    clock.advance(Math.min(second, ms - passed))
    await settle()
  }
}

beforeEach(() => {
  clock = new ManualClock()
  sent = []
  outcome = async () => ({ kind: 'taken' })
})
afterEach(() => stop())

describe('Waker', () => {
  test('Waker › wakes whoever registered a bucket of what happened, and nobody else', async () => {
    await start()
    await keep(1)
    await keep(2, 2)
    waker.touched(here)
    await settle()
    expect(sent).toEqual(['t1'])
    waker.touchedAll()
    await settle()
    expect(sent).toEqual(['t1', 't2'])
  })

  test('Waker › what happens within half a minute of a wake-up is one more', async () => {
    await start()
    await keep(1)
    for (let i = 0; i < 5; i += 1) {
      waker.touched(here)
      await settle()
    }
    expect(sent).toHaveLength(1)
    await pass(29 * second)
    expect(sent).toHaveLength(1)
    await pass(2 * second)
    expect(sent).toHaveLength(2)
    await pass(120 * second)
    expect(sent).toHaveLength(2)
  })

  test('Waker › what failed is sent again when the service says so, or after a minute', async () => {
    await start()
    await keep(1)
    const told: Outcome[] = [
      { kind: 'later', reason: 'busy', afterMs: 90 * second },
      { kind: 'later', reason: 'gone away' },
      { kind: 'taken' },
    ]
    outcome = async () => told.shift() as Outcome
    waker.touched(here)
    await pass(89 * second)
    expect(sent).toHaveLength(1)
    await pass(3 * second)
    expect(sent).toHaveLength(2)
    await pass(58 * second)
    expect(sent).toHaveLength(2)
    await pass(4 * second)
    expect(sent).toHaveLength(3)
    await pass(200 * second)
    expect(sent).toHaveLength(3)
  })

  test('Waker › who is gone is forgotten, and so is who refuses again and again', async () => {
    await start()
    await keep(1)
    await keep(2)
    outcome = async (token) => (token === 't1' ? { kind: 'gone' } : { kind: 'refused', reason: 'no' })
    waker.touched(here)
    await settle()
    expect([...registrations.names()]).toEqual([nameOf(2)])
    for (let i = 0; i < 2; i += 1) {
      await pass(31 * second)
      waker.touched(here)
      await settle()
    }
    expect(registrations.count).toBe(0)
    expect(sent.filter((token) => token === 't2')).toHaveLength(3)
  })

  test('Waker › a service that throws is asked again, and no more are under way than may be', async () => {
    await start({ sendAtOnce: 2 })
    for (const number of [1, 2, 3]) await keep(number)
    const open: ((outcome: Outcome) => void)[] = []
    outcome = () => new Promise((resolve) => open.push(resolve))
    waker.touched(here)
    await settle()
    expect(sent).toEqual(['t1', 't2'])
    open.shift()?.({ kind: 'taken' })
    await settle()
    expect(sent).toEqual(['t1', 't2', 't3'])
    for (const resolve of open.splice(0)) resolve({ kind: 'taken' })
    await settle()
    outcome = () => Promise.reject(new Error('connection reset'))
    await pass(31 * second)
    waker.touched(here)
    await settle()
    outcome = async () => ({ kind: 'taken' })
    sent = []
    await pass(62 * second)
    expect(sent.toSorted()).toEqual(['t1', 't2', 't3'])
  })

  test('Waker › nobody is woken whose registration has expired, and it is removed', async () => {
    await start()
    await keep(1)
    clock.advance(3_601 * second)
    waker.touched(here)
    await pass(62 * second)
    expect(sent).toEqual([])
    expect(registrations.count).toBe(0)
  })
})
