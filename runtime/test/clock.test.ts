import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../src/index.ts'
import { type ClockHarness, clockCompliance, ManualClock } from '../src/testing/index.ts'

const manual = (wrap: (clock: ManualClock) => Clock = (clock) => clock): ClockHarness => {
  const clock = new ManualClock()
  return { clock: wrap(clock), pass: async (ms) => clock.advance(ms) }
}

const system = (): ClockHarness => ({
  clock: systemClock,
  async pass(ms) {
    for (const until = performance.now() + ms; performance.now() < until; ) await setTimeout(1)
  },
})

describe('systemClock', () => {
  for (const { name, run } of clockCompliance(system)) test(name, run)
})

describe('ManualClock', () => {
  for (const { name, run } of clockCompliance(manual)) test(name, run)
})

/** A clock with a fault, and the check that finds it. */
const planted: readonly { fault: string; found: RegExp; wrap: (clock: ManualClock) => Clock }[] = [
  {
    fault: 'time stands',
    found: /^now › counts/,
    wrap: (clock) => ({ now: () => 0, elapsed: () => clock.elapsed(), sleep: (ms, signal) => clock.sleep(ms, signal) }),
  },
  {
    fault: 'what passes stands',
    found: /^elapsed › counts/,
    wrap: (clock) => ({ now: () => clock.now(), elapsed: () => 0, sleep: (ms, signal) => clock.sleep(ms, signal) }),
  },
  {
    fault: 'wakes too early',
    found: /^sleep › is over once/,
    wrap: (clock) => ({
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep: (ms, signal) => clock.sleep(Math.min(ms, 10), signal),
    }),
  },
  {
    fault: 'takes nothing for ever',
    found: /^sleep › of nothing/,
    wrap: (clock) => ({
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep: (ms, signal) => (ms === 0 ? Promise.reject(new RangeError('0 ms')) : clock.sleep(ms, signal)),
    }),
  },
  {
    fault: 'one sleeper after another',
    found: /^sleep › the shorter one/,
    wrap: (clock) => {
      let last: Promise<void> = Promise.resolve()
      return {
        now: () => clock.now(),
        elapsed: () => clock.elapsed(),
        sleep(ms, signal) {
          const sleep = clock.sleep(ms, signal)
          last = last.then(
            () => sleep,
            () => sleep,
          )
          return last
        },
      }
    },
  },
  {
    fault: 'a timer that overflows',
    found: /^sleep › longer than any timer/,
    wrap: (clock) => ({
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep: (ms, signal) => clock.sleep(ms > 2 ** 31 - 1 ? 1 : ms, signal),
    }),
  },
  {
    fault: 'an abort that came before goes unnoticed',
    found: /^abort › before/,
    wrap: (clock) => ({
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep: (ms, signal) => clock.sleep(ms, signal.aborted ? new AbortController().signal : signal),
    }),
  },
  {
    fault: 'a reason of the platform’s',
    found: /^abort › during/,
    wrap: (clock) => ({
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep: (ms, signal) =>
        clock.sleep(ms, signal).catch((error) => {
          throw new Error('aborted', { cause: error })
        }),
    }),
  },
  {
    fault: 'one abort ends all sleeps',
    found: /^abort › ends the sleeps under its own/,
    wrap: (clock) => {
      const all = new AbortController()
      return {
        now: () => clock.now(),
        elapsed: () => clock.elapsed(),
        sleep(ms, signal) {
          signal.addEventListener('abort', () => all.abort(signal.reason))
          return clock.sleep(ms, all.signal)
        },
      }
    },
  },
  {
    fault: 'listeners pile up',
    found: /^abort › nothing of a sleep/,
    wrap: (clock) => ({
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep(ms, signal) {
        signal.addEventListener('abort', () => undefined)
        return clock.sleep(ms, signal)
      },
    }),
  },
]

test.each(planted)('planted fault › $fault', async ({ found, wrap }) => {
  const failing: string[] = []
  for (const { name, run } of clockCompliance(() => manual(wrap)))
    await run().catch(() => {
      failing.push(name)
    })
  expect(failing).toContainEqual(expect.stringMatching(found))
})
