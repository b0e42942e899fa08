import { afterEach, expect, test, vi } from 'vitest'
import { backoffMs, type Clock, firstOf, jitteredMs, pause, raceAbort, retrying, systemClock } from '../src/index.ts'

const { signal: never } = new AbortController()

afterEach(() => {
  vi.useRealTimers()
})

test('clock › sleeps longer than the timers of the platform can', async () => {
  vi.useFakeTimers()
  const thirtyDays = 30 * 86_400_000
  let woken = false
  const sleep = systemClock.sleep(thirtyDays, never).then(() => {
    woken = true
  })
  await vi.advanceTimersByTimeAsync(thirtyDays - 1)
  expect(woken).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await sleep
  expect(woken).toBe(true)
})

test('clock › a sleep ends with the reason of the signal and leaves no timer', async () => {
  vi.useFakeTimers()
  const ending = new AbortController()
  const sleep = systemClock.sleep(60_000, ending.signal)
  ending.abort(new Error('enough'))
  await expect(sleep).rejects.toThrow('enough')
  expect(vi.getTimerCount()).toBe(0)
  await expect(systemClock.sleep(1, ending.signal)).rejects.toThrow('enough')
})

test('pause › returns when the signal aborts, and throws what else goes wrong', async () => {
  const ending = new AbortController()
  ending.abort(new Error('enough'))
  await pause(systemClock, 60_000, ending.signal)
  const broken: Clock = { now: () => 0, elapsed: () => 0, sleep: () => Promise.reject(new Error('defect')) }
  await expect(pause(broken, 1, never)).rejects.toThrow('defect')
})

test('race abort › gives what the promise gives, or the reason when that comes first', async () => {
  expect(await raceAbort(Promise.resolve(7), never)).toBe(7)
  await expect(raceAbort(Promise.reject(new Error('own')), never)).rejects.toThrow('own')
  const ending = new AbortController()
  const race = raceAbort(new Promise(() => undefined), ending.signal)
  ending.abort(new Error('enough'))
  await expect(race).rejects.toThrow('enough')
})

test('race abort › the failure of a promise that was given up ends no process', async () => {
  const ending = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const race = raceAbort(promise, ending.signal)
  ending.abort(new Error('enough'))
  await expect(race).rejects.toThrow('enough')
  const late = raceAbort(promise, ending.signal)
  await expect(late).rejects.toThrow('enough')
  const unhandled: unknown[] = []
  const listener = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', listener)
  try {
    reject(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', listener)
  }
  expect(unhandled).toEqual([])
})

test('first of › the first to settle decides', async () => {
  const pending = new Promise(() => undefined)
  await firstOf([pending, Promise.resolve()], never)
  await expect(firstOf([pending, Promise.reject(new Error('own'))], never)).rejects.toThrow('own')
})

test('backoff › doubles up to its bound', () => {
  const options = { firstBackoffMs: 100, maxBackoffMs: 1_000 }
  expect([0, 1, 2, 3, 4, 1_000].map((failures) => backoffMs(failures, options))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ])
})

test('retrying › waits out what passes, and ends with anything else', async () => {
  const slept: number[] = []
  const clock: Clock = { now: () => 0, elapsed: () => 0, sleep: async (ms) => void slept.push(ms) }
  const told: number[] = []
  const policy = {
    clock,
    firstBackoffMs: 10,
    maxBackoffMs: 15,
    passes: (error: unknown): error is RangeError => error instanceof RangeError,
    onFault: (_: RangeError, waitMs: number) => void told.push(waitMs),
  }
  let attempts = 0
  const action = async (): Promise<string> => {
    attempts += 1
    if (attempts < 4) throw new RangeError('not yet')
    return 'done'
  }
  expect(await retrying(action, policy, never)).toBe('done')
  expect(slept).toEqual([10, 15, 15])
  expect(told).toEqual(slept)
  await expect(retrying(() => Promise.reject(new TypeError('defect')), policy, never)).rejects.toThrow('defect')
})

test('jitteredMs › is a part of the wait, by what is drawn', () => {
  expect([0, 0.5, 0.999].map((draw) => jitteredMs(1_000, () => draw))).toEqual([0, 500, 999])
})
