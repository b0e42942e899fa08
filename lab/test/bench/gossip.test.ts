import { expect, test } from 'vitest'
import { benchGossip } from '../../src/bench/gossip/bench-gossip.ts'
import { benchContext } from '../support/bench-context.ts'

test('bench gossip › blocks cross a link once, a second header is known to all, and a flood ends nobody but its sender', async () => {
  const size = { nodes: 5, blocks: 3, messages: 1_600, badHeaders: 2_000 }
  const report = await benchGossip(benchContext(['bench.repeats', '1']), size)
  expect(report.bytesPerNodeToBlock).toBeGreaterThan(0.9)
  expect(report.secondHeader.knowing).toBe(5)
  expect(report.flood).toEqual({ headers: 2_000, isGone: true, delivered: 3, nodesWithoutPeers: 0 })
}, 360_000)
