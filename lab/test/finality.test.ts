import { expect, test } from 'vitest'
import { progressLine, showProgress } from '../src/progress/display.ts'
import { FinalityTracker, levels } from '../src/progress/finality.ts'

const counts = (tracker: FinalityTracker) => levels.map((level) => tracker.state(level).messages)

test('finality › messages move with their blocks, level by level', () => {
  const tracker = new FinalityTracker()
  tracker.accept(1n, 0, 5)
  tracker.accept(1n, 0, 5)
  tracker.accept(2n, 10, 15)
  expect(counts(tracker)).toEqual([3, 0, 0, 0, 0])
  tracker.reach('sealed', 2n, 20)
  tracker.reach('published', 1n, 30)
  expect(counts(tracker)).toEqual([3, 3, 2, 0, 0])
  tracker.reach('final', 1n, 100)
  expect(counts(tracker)).toEqual([3, 3, 2, 2, 2])
  tracker.reach('final', 2n, 200)
  expect(counts(tracker)).toEqual([3, 3, 3, 3, 3])
  expect(tracker.latencyMs('final', 1)).toBeCloseTo(190, -1)
  expect(tracker.latencyMs('accepted', 1)).toBeCloseTo(5, 0)
})

test('finality › an answer that comes after its block is counted on every level the block has', () => {
  const tracker = new FinalityTracker()
  tracker.reach('claimed', 3n, 10)
  tracker.accept(3n, 0, 20)
  expect(counts(tracker)).toEqual([1, 1, 1, 1, 0])
  tracker.reach('final', 3n, 30)
  expect(counts(tracker)).toEqual([1, 1, 1, 1, 1])
})

test('finality › levels do not turn back and say nothing before the first message', () => {
  const tracker = new FinalityTracker()
  tracker.reach('sealed', 5n, 1)
  tracker.reach('sealed', 4n, 2)
  expect(tracker.state('sealed')).toEqual({ messages: 0, block: 5n })
  expect(tracker.latencyMs('sealed', 0.5)).toBeUndefined()
})

test('progress › one line a change in a file, ending with the last state', async () => {
  const tracker = new FinalityTracker()
  const stop = new AbortController()
  const written: string[] = []
  let sleeps = 0
  await showProgress(
    {
      tracker,
      screen: { write: (text) => void written.push(text) },
      clock: {
        now: () => 0,
        elapsed: () => 0,
        sleep: async () => {
          sleeps += 1
          if (sleeps === 3) tracker.accept(1n, 0, 1)
          if (sleeps === 6) {
            tracker.reach('final', 1n, 2)
            stop.abort()
          }
        },
      },
    },
    stop.signal,
  )
  expect(written.length).toBe(3)
  expect(written.at(-1)).toBe(`${progressLine(tracker)}\n`)
  expect(progressLine(tracker)).toBe(
    'messages accepted 1 (#1) → sealed 1 (#1) → published 1 (#1) → claimed 1 (#1) → final 1 (#1)',
  )
})

test.each([12_345, 123_456, 1_234_567])('progress › shows every message of %i in 80 columns', (messages) => {
  const tracker = new FinalityTracker()
  for (let sent = 0; sent < messages; sent += 1) tracker.accept(1n, 0, 1)
  tracker.reach('final', 1n, 2)
  const line = progressLine(tracker, 79)
  expect(line.length).toBeLessThan(80)
  expect(line.replaceAll(',', '').split(`${messages}`)).toHaveLength(6)
})

test.each([80, 100, 120, 200])('progress › on a terminal of %i columns all five levels are visible', (columns) => {
  const tracker = new FinalityTracker()
  for (let block = 1n; block <= 12_345n; block += 1n) tracker.accept(block, 0, 1)
  tracker.reach('final', 12_345n, 2)
  const line = progressLine(tracker, columns - 1)
  expect(line.length).toBeLessThan(columns)
  for (const level of ['accepted', 'sealed', 'published', 'claimed', 'final']) expect(line).toMatch(`${level} 12`)
})
