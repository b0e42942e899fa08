import { expect, test } from 'vitest'
import { benchVerify } from '../../src/bench/verify/bench-verify.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench verify › a node that begins with nothing verifies all that was sent', async () => {
  const context = benchContext(['bench.repeats', '1'], ['load.messages', '3200'], ['run.verifier', 'portable'])
  const report = await benchVerify(context)
  expect(report).toMatchObject({ messages: 3_200, repeats: 1, verifier: 'npm secp256k1' })
  expect(report.verifiedPerSecond.min).toBeGreaterThan(0)
  const { lanes, node } = report.cpuMicrosecondsPerMessage as { lanes: number; node: number }
  expect([Number.isFinite(lanes), Number.isFinite(node)]).toEqual([true, true])
  // Each of the 2,048 conversations it was said in was created in a segment of its own, with a root.
  expect(report.rootsCompared).toBeGreaterThan(2_048)
}, 360_000)
