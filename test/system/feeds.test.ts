import { pino } from 'pino'
import { expect, test } from 'vitest'
import { held, runFeeds } from '../src/feeds/feeds.ts'

test('feeds › readers that move while their relay is killed get everything once, in order', {
  timeout: 360_000,
}, async () => {
  const { PATH } = process.env
  const report = await runFeeds(
    { log: pino({ level: 'silent' }), env: { PATH: PATH ?? '' } },
    { moments: 20, readers: 4, seed: '2', messagesPerSecond: 50, keep: false },
    new AbortController().signal,
  )
  expect(report).toEqual({ ...report, lost: 0, doubled: 0, disordered: 0, wrong: 0, dropped: 0, unsealed: 0 })
  expect(held(report)).toBe(true)
})
