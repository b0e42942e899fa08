import { expect, test } from 'vitest'
import { benchFanOut } from '../../src/bench/fanout/bench-fanout.ts'
import { Deliveries } from '../../src/bench/fanout/deliveries.ts'
import { blockAt, entryBytes, timestampAt } from '../../src/bench/fanout/feed-plan.ts'
import { benchContext } from '../support/bench-context.ts'

function entry(position: number, block: number, toldMs = 0): Buffer {
  const bytes = Buffer.alloc(entryBytes)
  bytes.writeBigUInt64LE(BigInt(position), 0)
  bytes.writeBigUInt64LE(BigInt(block), blockAt)
  bytes.writeBigUInt64LE(BigInt(toldMs), timestampAt)
  return bytes
}

test('deliveries › are counted by block, with the time since the block was there', () => {
  const deliveries = new Deliveries(2, { from: 3, count: 2 })
  deliveries.block(7, 1_000)
  deliveries.entry(0, entry(3, 7), 1_010)
  deliveries.entry(1, entry(3, 7), 1_020)
  deliveries.entry(1, entry(4, 8, 2_000), 2_005)
  expect(deliveries.isComplete(true)).toBe(false)
  deliveries.entry(0, entry(4, 8, 2_000), 2_030)
  expect(deliveries.isComplete(false)).toBe(true)
  // Of block 8 nobody heard.
  expect(deliveries.isComplete(true)).toBe(false)
  expect(deliveries.result()).toEqual({
    delivered: 4,
    lost: 0,
    doubled: 0,
    disordered: 0,
    afterBlockMs: [10, 20, 5, 30],
    blocks: [
      { atMs: 1_000, feeds: [0, 1] },
      { atMs: 2_000, feeds: [1, 0] },
    ],
    entries: [
      [0, 3, 1_010, 1_000],
      [1, 3, 1_020, 1_000],
      [1, 4, 2_005, 2_000],
      [0, 4, 2_030, 2_000],
    ],
  })
})

test('deliveries › what is lost, doubled or out of place is found', () => {
  const deliveries = new Deliveries(3, { from: 0, count: 2 })
  for (const position of [0, 0, 1]) deliveries.entry(0, entry(position, 1), 1)
  for (const position of [1, 0]) deliveries.entry(1, entry(position, 1), 1)
  deliveries.entry(2, entry(0, 1), 1)
  expect(deliveries.result()).toMatchObject({ delivered: 5, lost: 1, doubled: 1, disordered: 2 })
})

test('bench fanout › every entry reaches its feed at either level, and the bare server sends the same', async () => {
  const context = benchContext(['bench.repeats', '1'], ['run.verifier', 'portable'])
  const group = { feeds: 40, messagesPerSecond: 200, seconds: 1, sealing: 'standard' } as const
  const report = await benchFanOut(context, [
    {
      ...group,
      cells: [
        { through: 'relay', level: 'sealed', measures: 'cost' },
        { through: 'relay', level: 'accepted', measures: 'latency' },
        { through: 'sequencer', level: 'accepted', measures: 'latency' },
      ],
    },
  ])
  const [cost, ...latency] = report.results
  for (const result of report.results)
    expect(result).toMatchObject({ messagesPerSecond: 200, delivered: 200, lost: 0, doubled: 0, disordered: 0 })
  expect(cost?.cost?.cpuPerDelivery.bare.min).toBeGreaterThan(0)
  expect(cost?.accepted.p99.min).toBeGreaterThan(0)
  // What is accepted comes before its block does.
  for (const { live, sealed } of latency) expect(live.p50.median).toBeLessThan(sealed.p50.median)
})
