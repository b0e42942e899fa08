import { expect, test } from 'vitest'
import { benchRestart } from '../../src/bench/restart/bench-restart.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench restart › starts again over all it was sent', async () => {
  const context = benchContext(['bench.repeats', '2'], ['run.verifier', 'portable'], ['run.lanes', '1'])
  const report = await benchRestart(context, { conversations: 500, messages: 1_600 })
  expect(report).toMatchObject({ conversations: 500, journalMessages: 3_200, repeats: 2 })
  const { readySeconds, snapshotSeconds, replayedPerSecond, sequencedPerSecond, replayRatio } = report
  expect(snapshotSeconds.min).toBeGreaterThan(0)
  expect(readySeconds.min).toBeGreaterThan(snapshotSeconds.min)
  for (const { min } of [replayedPerSecond, sequencedPerSecond, replayRatio]) expect(min).toBeGreaterThan(0)
})
