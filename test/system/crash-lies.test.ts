import { pino } from 'pino'
import { expect, test } from 'vitest'
import { heldAgainstLies, runCrashLies } from '../src/crash/crash-lies.ts'

test('crash › while lies are taken back, a few kills lose and double nothing', { timeout: 480_000 }, async () => {
  const { PATH } = process.env
  const report = await runCrashLies(
    { log: pino({ level: 'silent' }), env: { PATH: PATH ?? '' } },
    { moments: 3, seed: '1', messagesPerSecond: 50, keep: false },
    new AbortController().signal,
  )
  expect(report).toEqual({
    ...report,
    acknowledgedLost: 0,
    doubleSigned: 0,
    removed: report.lies,
    unprovoked: 0,
    claimedTwice: 0,
    honestBondsKept: true,
    rootsEqual: true,
  })
  expect(heldAgainstLies(report)).toBe(true)
})
