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
  prices: { core: { maxBytes: 2 ** 25, curve: undefined }, witness: { maxBytes: 2 ** 25, curve: undefined } },
  targetFixedShare: 0.2,
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
  // No more come: what waits is the batch.
  clock.advance(by.maxAgeMs)
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

/** Witness bytes of a block of the chain; all have the same. */
const blockBytes = sizeOf(chain[0] as (typeof chain)[0]).witnessBytes

/** The witness is priced, by units of so many blocks' bytes. */
function priced(unitBytes: number, fixed: number, maxAgeMs = 60_000): ClosingRules {
  const curve = { fixed: BigInt(Math.round(fixed)), unitBytes, perUnit: BigInt(unitBytes) }
  const prices = { ...rules.prices, witness: { maxBytes: 100 * blockBytes, curve } }
  return { ...rules, maxAgeMs, prices }
}

/** Blocks that came a second after each other. */
function waiting(count: number) {
  const clock = new ManualClock()
  const queue = new BoundedQueue<WaitingBlock>({ clock, weigh: () => 1, onChange: () => undefined }, 100)
  for (const block of chain.slice(0, count)) {
    queue.push({ block, size: sizeOf(block), receivedAt: clock.elapsed() })
    clock.advance(1_000)
  }
  const form = async (by: ClosingRules) => (await formBatch(queue, by, clock, new AbortController().signal)).length
  return { queue, form }
}

test('formBatch › closes before its age once a byte is hardly dearer than in the fullest', async () => {
  // With a fixed cost of two blocks' bytes the ninth lowers the share to a fifth.
  const { queue, form } = waiting(10)
  expect([await form(priced(1, 2 * blockBytes)), queue.length]).toEqual([9, 1])
})

test('formBatch › of age, it leaves young blocks that would begin another unit, and no old ones', async () => {
  const unit = 4 * blockBytes + 16
  const young = waiting(6)
  expect([await young.form(priced(unit, 0.3 * unit, 6_000)), young.queue.length]).toEqual([4, 2])
  expect(young.queue.oldest?.block.header.number).toBe(5n)
  const old = waiting(6)
  expect([await old.form(priced(unit, 0.3 * unit, 1_000)), old.queue.length]).toEqual([6, 0])
})
