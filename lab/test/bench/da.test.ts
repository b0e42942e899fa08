import { describe, expect, test } from 'vitest'
import { benchDa, capacityOf } from '../../src/bench/da/bench-da.ts'
import { columnNames } from '../../src/bench/da/columns.ts'
import { layerModels } from '../../src/bench/da/layers.ts'
import { planBatches, planBlocks } from '../../src/bench/da/plan-batches.ts'
import { bytesPerMessage } from '../../src/costs/inputs.ts'
import { messageUsd } from '../../src/costs/tables.ts'
import { benchContext } from '../support/bench-context.ts'

const rule = { minAgeMs: 500, minOperations: 256, maxWaitMs: 2_000, maxAheadMs: 0 }
const unbounded = { maxAgeMs: 5_000, maxBlocks: 1_024, maxPartBytes: Number.POSITIVE_INFINITY, isFull: () => false }

describe('planned blocks', () => {
  test.each([
    { messagesPerSecond: 1, messages: 9, sizes: [3, 3, 3] },
    { messagesPerSecond: 100, messages: 402, sizes: [201, 201] },
    { messagesPerSecond: 200, messages: 512, sizes: [256, 256] },
    { messagesPerSecond: 10_000, messages: 10_002, sizes: [5_001, 5_001] },
  ])('planBlocks › seals as the rule says at $messagesPerSecond a second', ({ sizes, ...load }) => {
    expect(planBlocks(load, rule).map(({ messages }) => messages)).toEqual(sizes)
  })

  test('planBatches › closes by age, by number, by size and when it is full', () => {
    const blocks = Array.from({ length: 12 }, (_, at) => ({ sealedAtMs: 1_000 * at, messages: 10 }))
    expect(planBatches(blocks, unbounded)).toEqual([6, 6])
    expect(planBatches(blocks, { ...unbounded, maxBlocks: 5 })).toEqual([5, 5, 2])
    expect(planBatches(blocks, { ...unbounded, maxPartBytes: 64 * 25 })).toEqual([2, 2, 2, 2, 2, 2])
    expect(planBatches(blocks, { ...unbounded, maxPartBytes: 1 })).toEqual(Array(12).fill(1))
    expect(planBatches(blocks, { ...unbounded, isFull: (messages) => messages >= 40 })).toEqual([4, 4, 4])
  })
})

describe('layers', () => {
  test('layerModels › at no other prices a message costs what the page of costs says', () => {
    const { core, both } = bytesPerMessage.find(({ rate }) => rate === 1_000)!
    const [messages, said] = [5_000, messageUsd(1_000, 5)]
    const dollars = Object.fromEntries(
      layerModels(benchContext().config).map(({ layer, dollars: of }) => [
        layer,
        (of(core * messages) + of((both - core) * messages)) / messages,
      ]),
    )
    expect(dollars['ethereum-blobs']).toBeCloseTo(said.blobs, 12)
    expect(dollars.celestia).toBeCloseTo(said.celestia, 12)
    expect(dollars.committee).toBeCloseTo(said.committee, 12)
    expect(dollars['alt-da']).toBeCloseTo(said.eigen, 12)
  })

  test('layerModels › a blob costs its gas and its transaction’s', () => {
    const { config } = benchContext(['bench.etherUsd', '2000'], ['bench.l1GasGwei', '2'], ['bench.blobGasGwei', '0.5'])
    const blobs = layerModels(config)[0]
    expect(blobs?.dollars(1)).toBeCloseTo((131_072 * 0.5 + 21_000 * 2) * 1e-9 * 2_000, 9)
    expect(blobs?.dollars(130_043)).toBeCloseTo((2 * 131_072 * 0.5 + 21_000 * 2) * 1e-9 * 2_000, 9)
  })

  test('capacityOf › divides what a layer carries by what a message takes', () => {
    const layer = { layer: 'celestia', bytesPerSecond: { sustained: 1_000, most: 2_000 } } as const
    expect(capacityOf(layer, { core: 40, all: 100 }).messagesPerSecond).toEqual({
      all: { sustained: 10, most: 20 },
      core: { sustained: 25, most: 50 },
    })
    expect(capacityOf({ layer: 'local', bytesPerSecond: undefined }, { core: 1, all: 1 }).messagesPerSecond).toBeNull()
  })
})

test('benchDa › columns add up to what is published', async () => {
  const report = await benchDa(benchContext(), {
    conversations: 64,
    blocksOfOneSize: 1,
    rates: [
      [1, 60],
      [100, 30],
    ],
  })
  expect(report.results.map(({ messagesPerSecond, messages }) => [messagesPerSecond, messages])).toEqual([
    [null, 1_000],
    [1, 60],
    [100, 30],
  ])
  const { waiting } = report
  expect(waiting).toMatchObject({ messagesPerSecond: 1, layer: 'ethereum-blobs' })
  expect(waiting?.maxAgeMs).toEqual([5_000, 600_000])
  expect(waiting?.batches).toEqual([10, 1])
  // So many batches become one, of one blob a part.
  expect(waiting?.saved).toBeCloseTo(waiting?.batches[0] ?? 0, 1)
  for (const { parts, bytesPerMessage, dollarsPerMillion } of report.results) {
    expect(parts.core.bytesPerMessage + parts.witness.bytesPerMessage).toBeCloseTo(bytesPerMessage.all, 1)
    const both = parts.core.dollarsPerMillion.celestia + parts.witness.dollarsPerMillion.celestia
    expect(both).toBeCloseTo(dollarsPerMillion.celestia, 1)
  }
  for (const { bytesPerMessage } of report.results) {
    const columns = columnNames.reduce((sum, name) => sum + bytesPerMessage[name], 0)
    expect(columns).toBeCloseTo(bytesPerMessage.all, 1)
    expect(bytesPerMessage).toMatchObject({ digest: 32, signature: 64 })
  }
})
