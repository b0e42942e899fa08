import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { benchLanes } from '../../src/bench/lanes/bench-lanes.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench lanes › measures every number of lanes with roots and without', async () => {
  const context = benchContext(['bench.repeats', '1'], ['run.verifier', 'portable'])
  const report = await benchLanes(context, { workloads: ['zipf'], conversations: 64, messages: 200, rawSeconds: 0.05 })
  const lanes = Array.from({ length: availableParallelism() }, (_, i) => i + 1)
  const expected = lanes.flatMap((count) => [true, false].map((roots) => ({ lanes: count, workload: 'zipf', roots })))
  expect(report.results.map(({ lanes: count, workload, roots }) => ({ lanes: count, workload, roots }))).toEqual(
    expected,
  )
  expect(report.verifier).toBe('npm secp256k1')
  expect(report.repeats).toBe(1)
  for (const [i, { messagesPerSecond, ratio }] of report.results.entries()) {
    expect(messagesPerSecond).toBeGreaterThan(0)
    expect(ratio).toBeGreaterThan(0)
    expect(report.spreads[i]?.messagesPerSecond.median).toBe(messagesPerSecond)
  }
  const { oneCore, allCores } = report.rawVerificationsPerSecond
  expect(oneCore).toBeGreaterThan(0)
  expect(allCores).toBeGreaterThan(0)
})
