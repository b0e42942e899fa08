import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { memoryWindows } from '../src/index.ts'
import { chargesOf } from '../src/windows/windows.ts'

const { signal } = new AbortController()
const units = { second: 10, minute: 15, day: 20 }

test('windows › all or nothing: what a minute refuses no day has counted', async () => {
  const clock = new ManualClock()
  const windows = memoryWindows(clock)
  const take = (cost: number) => windows.take(chargesOf('a', units, cost), signal)
  expect(await take(10)).toBeUndefined()
  clock.advance(1_000)
  expect(await take(10)).toMatchObject({ charge: { window: { name: 'minute' } }, retryAfterMs: 19_000 })
  for (let i = 0; i < 10; i += 1) await take(10)
  clock.advance(19_000)
  // The day has ten left: it counted the one that passed, and none of those that were refused.
  expect(await take(10)).toBeUndefined()
  clock.advance(60_000)
  expect(await take(1)).toMatchObject({ charge: { window: { name: 'day' } } })
})

test('windows › units come back evenly', async () => {
  const clock = new ManualClock()
  const windows = memoryWindows(clock)
  const minute = chargesOf('a', { second: 60, minute: 60, day: 1_000 }, 1)
  for (let i = 0; i < 60; i += 1) expect(await windows.take(minute, signal)).toBeUndefined()
  expect(await windows.take(minute, signal)).toMatchObject({ retryAfterMs: 1_000 })
  clock.advance(1_000)
  expect(await windows.take(minute, signal)).toBeUndefined()
  expect(await windows.take(minute, signal)).toMatchObject({ retryAfterMs: 1_000 })
})

test('windows › what is given back may be taken again, and not more', async () => {
  const windows = memoryWindows(new ManualClock())
  const all = chargesOf('a', units, 10)
  expect(await windows.take(all, signal)).toBeUndefined()
  await windows.give(all, signal)
  await windows.give(all, signal)
  expect(await windows.take(all, signal)).toBeUndefined()
  expect(await windows.take(chargesOf('a', units, 1), signal)).toBeDefined()
})

test('windows › one window charged twice counts twice', async () => {
  const windows = memoryWindows(new ManualClock())
  const half = chargesOf('a', units, 6)
  expect(await windows.take([...half, ...half], signal)).toBeDefined()
  expect(await windows.take(half, signal)).toBeUndefined()
})

test('windows › a window without units lets nothing pass, and what costs nothing passes', async () => {
  const windows = memoryWindows(new ManualClock())
  const shut = { second: 0, minute: 0, day: 0 }
  expect(await windows.take(chargesOf('a', shut, 1), signal)).toMatchObject({ retryAfterMs: 86_400_000 })
  expect(await windows.take(chargesOf('a', shut, 0), signal)).toBeUndefined()
})

test('windows › with too many at once nobody new is let in, and nobody old is forgotten', async () => {
  const clock = new ManualClock()
  const windows = memoryWindows(clock, 6)
  const take = (of: string) => windows.take(chargesOf(of, units, 1), signal)
  expect([await take('a'), await take('b')]).toEqual([undefined, undefined])
  expect(await take('c')).toBeDefined()
  expect(await take('a')).toBeUndefined()
  clock.advance(86_400_000)
  expect(await take('c')).toBeUndefined()
})

test('windows › a whole window can be taken at any fraction of a millisecond', async () => {
  const clock = new ManualClock()
  const windows = memoryWindows(clock)
  for (let i = 0; i < 1_000; i += 1) {
    clock.advance(0.37)
    expect(await windows.take(chargesOf(`${i}`, { second: 1, minute: 1, day: 1 }, 1), signal)).toBeUndefined()
  }
})
