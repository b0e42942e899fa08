import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'

/** A clock, and what makes time pass by it. */
export interface ClockHarness {
  readonly clock: Clock
  /** Resolves once at least `ms` milliseconds have passed by the clock. */
  pass(ms: number): Promise<void>
}

/** One check. Any runner will do: call `run` under `name`; it rejects when the check fails. */
export interface ClockCase {
  /** `subject › fact`. */
  readonly name: string
  run(): Promise<void>
}

/** Timers of platforms count whole milliseconds of their own, which may begin a little before the clock's. */
const roundingMs = 1

/** What has become of a promise so far. */
function watch(promise: Promise<void>): { state: 'open' | 'over' | 'given up'; reason: unknown; done: Promise<void> } {
  const watched = {
    state: 'open' as 'open' | 'over' | 'given up',
    reason: undefined as unknown,
    done: Promise.resolve(),
  }
  watched.done = promise.then(
    () => {
      watched.state = 'over'
    },
    (reason: unknown) => {
      watched.state = 'given up'
      watched.reason = reason
    },
  )
  return watched
}

const enough = new Error('enough')
const checks: Readonly<Record<string, (harness: ClockHarness) => Promise<void>>> = {
  'now › counts what passes': async ({ clock, pass }) => {
    const before = clock.now()
    await pass(20)
    assert.ok(clock.now() - before >= 20, `${clock.now() - before} ms have passed`)
  },
  'elapsed › counts what passes, and nothing else': async ({ clock, pass }) => {
    const before = clock.elapsed()
    await pass(20)
    const after = clock.elapsed()
    assert.ok(after - before >= 20 - roundingMs, `${after - before} ms have passed`)
    assert.ok(clock.elapsed() >= after, 'it went back')
  },
  'sleep › is over once its time has passed, and not before': async ({ clock, pass }) => {
    const before = clock.now()
    let woke = Number.NaN
    const sleep = clock.sleep(30, new AbortController().signal).then(() => {
      woke = clock.now()
    })
    await pass(10)
    await pass(30)
    await sleep
    assert.ok(woke - before >= 30 - roundingMs, `woke after ${woke - before} ms`)
  },
  'sleep › of nothing is over with the next moment': async ({ clock, pass }) => {
    const sleep = clock.sleep(0, new AbortController().signal)
    await pass(1)
    await sleep
  },
  'sleep › the shorter one is over first, whichever began first': async ({ clock, pass }) => {
    const order: number[] = []
    const { signal } = new AbortController()
    const sleeps = [40, 10, 25].map((ms) => clock.sleep(ms, signal).then(() => void order.push(ms)))
    await pass(50)
    await Promise.all(sleeps)
    assert.deepEqual(order, [10, 25, 40])
  },
  'sleep › longer than any timer of the platform does not end at once': async ({ clock, pass }) => {
    const ending = new AbortController()
    const sleep = watch(clock.sleep(2 ** 31 + 60_000, ending.signal))
    await pass(20)
    assert.equal(sleep.state, 'open')
    ending.abort(enough)
    await sleep.done
    assert.equal(sleep.state, 'given up')
  },
  'abort › before the sleep rejects with its reason': async ({ clock }) => {
    const sleep = watch(clock.sleep(10, AbortSignal.abort(enough)))
    await setImmediate()
    assert.equal(sleep.state, 'given up')
    assert.equal(sleep.reason, enough)
  },
  'abort › during the sleep rejects with its reason, without any time passing': async ({ clock }) => {
    const ending = new AbortController()
    const sleep = watch(clock.sleep(60_000, ending.signal))
    await setImmediate()
    assert.equal(sleep.state, 'open')
    ending.abort(enough)
    await setImmediate()
    assert.equal(sleep.state, 'given up')
    assert.equal(sleep.reason, enough)
  },
  'abort › ends the sleeps under its own signal only': async ({ clock, pass }) => {
    const ending = new AbortController()
    const given = watch(clock.sleep(10, ending.signal))
    const kept = watch(clock.sleep(10, new AbortController().signal))
    ending.abort(enough)
    await given.done
    assert.equal(kept.state, 'open')
    await pass(20)
    await kept.done
    assert.deepEqual([given.state, kept.state], ['given up', 'over'])
  },
  'abort › nothing of a sleep that is over stays with its signal': async ({ clock, pass }) => {
    const { signal } = new AbortController()
    const sleep = clock.sleep(5, signal)
    await pass(10)
    await sleep
    await setImmediate()
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  },
}

/** What every clock must hold to. @param open - A harness of its own for each case. */
export function clockCompliance(open: () => ClockHarness): ClockCase[] {
  return Object.entries(checks).map(([name, check]) => ({ name, run: () => check(open()) }))
}
