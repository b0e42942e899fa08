import { pino } from 'pino'
import { expect, test } from 'vitest'
import { held, runCrash } from '../src/crash/crash.ts'

test('crash › a few kills lose and double nothing', { timeout: 600_000 }, async ({ signal }) => {
  const { PATH } = process.env
  const report = await runCrash(
    { log: pino({ level: 'silent' }), env: { PATH: PATH ?? '' } },
    { moments: 4, seed: '1', layer: 'local', messagesPerSecond: 50, keep: false },
    signal,
  )
  expect(report).toEqual({ ...report, acknowledgedLost: 0, doubleSigned: 0, doublePosted: 0, rootsEqual: true })
  expect(report.restores).toMatchObject({ tried: 1, started: 0 })
  expect(Object.keys(report.restores.combinations)).toEqual(['mark, node, feed, l2'])
  expect(held(report)).toBe(true)
})
