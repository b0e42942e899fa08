import { expect, test } from 'vitest'
import { LoopWatch } from '../src/pipeline/loop-watch.ts'

function setUp() {
  const observed: number[] = []
  const warned: unknown[] = []
  const clock = { now: 0 }
  const watch = new LoopWatch(
    {
      log: { warn: (entry: unknown) => void warned.push(entry) },
      lag: { observe: (seconds: unknown) => void observed.push(seconds as number) },
      now: () => clock.now,
    },
    50,
  )
  const lateBy = (ms: number): void => {
    watch.start()
    clock.now += 20 + ms
    watch.sample()
    watch.stop()
  }
  return { observed, warned, lateBy }
}

test('loop watch › tells every delay, and warns of none within the budget', () => {
  const { observed, warned, lateBy } = setUp()
  for (const ms of [0, 3, 50]) lateBy(ms)
  expect(observed.map((seconds) => Math.round(1000 * seconds))).toEqual([0, 3, 50])
  expect(warned).toEqual([])
})

test('loop watch › warns at most every ten seconds, with the worst and how often', () => {
  const { warned, lateBy } = setUp()
  lateBy(51)
  for (const ms of [60, 400, 70]) lateBy(ms)
  expect(warned).toEqual([{ worstMs: 51, times: 1, budgetMs: 50 }])
  lateBy(10_000)
  expect(warned.at(-1)).toEqual({ worstMs: 10_000, times: 4, budgetMs: 50 })
})
