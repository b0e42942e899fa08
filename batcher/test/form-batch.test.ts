import { BlockView, limits } from '@parley/protocol'
import { BoundedQueue } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { sizeOf, type WaitingBlock } from '../src/block-size.ts'
import { type ClosingRules, formBatch } from '../src/form-batch.ts'
import { sealedChain } from './support/chain.ts'

const rules: ClosingRules = {
  maxBlocks: 1_024,
  maxAgeMs: 60_000,
  maxCoreBytes: 2 ** 25,
  maxWitnessBytes: 2 ** 25,
  mayShare: () => true,
}
const chain = sealedChain({ blocks: 10, messages: 40 }).map((sealed) => BlockView.encode(sealed))

/** Blocks that wait, each told to have as many segments. */
async function formed(...segments: readonly number[]): Promise<readonly number[]> {
  return (await formedBy(rules, segments)).map(({ size }) => size.segments)
}

async function formedBy(by: ClosingRules, segments: readonly number[]): Promise<readonly WaitingBlock[]> {
  const clock = new ManualClock()
  const queue = new BoundedQueue<WaitingBlock>({ clock, weigh: () => 1, onChange: () => undefined }, 100)
  segments.forEach((count, i) => {
    const block = chain[i] as NonNullable<(typeof chain)[0]>
    queue.push({ block, size: { ...sizeOf(block), segments: count }, receivedAt: 0 })
  })
  return formBatch(queue, by, clock, new AbortController().signal)
}

test('sizeOf › counts the segments of all runs', () => {
  // One operation, and two segments of messages.
  expect(chain.map((block) => sizeOf(block).segments)).toEqual(chain.map(() => 3))
})

test('formBatch › a batch has at most 8,192 segments, however small they are', async () => {
  const largest = limits.segmentsPerBlock
  const eight = Array.from({ length: 8 }, () => largest)
  expect(8 * largest).toBe(limits.segmentsPerBatch)
  expect(await formed(...eight, 1)).toEqual(eight)
  expect(await formed(1, ...eight)).toEqual([1, ...eight.slice(1)])
  expect(await formed(0, ...eight, 1)).toEqual([0, ...eight])
})

test('formBatch › a batch ends before the first block that may not share it', async () => {
  const mayShare: ClosingRules['mayShare'] = (first, next) => first.number === 1n && next.number < 4n
  const batch = await formedBy({ ...rules, mayShare }, [1, 1, 1, 1, 1])
  expect(batch.map(({ block }) => block.header.number)).toEqual([1n, 2n, 3n])
})
