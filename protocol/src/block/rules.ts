import type { ChainConfig } from '../config.ts'
import { limits } from '../limits.ts'
import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type Block, type BlockHeader, BlockHeaderType, type BlockWitness, BodyKind } from '../types/block.ts'
import { type QueuedItem, shardOfItem } from '../types/inbox.ts'
import type { Prices } from '../types/state.ts'
import { BlockError, type BlockPlace } from './faults.ts'
import { itemsDue } from './inbox-range.ts'
import { runsRoot, segmentsOf } from './roots.ts'
import { type BlockShape, type RunShape, shapeOfBlock } from './shape.ts'

/** What stands before a block. */
export interface BlockParent {
  readonly header: BlockHeader
  /** Roots of the 64 shards after it. */
  readonly shardRoots: readonly Bytes32[]
  /** Prices of the state after it. */
  readonly prices: Prices
}

/** The part of the inbox that a block can meet: everything not consumed before it, as far as it is known. */
export interface InboxWindow {
  /** Items from the parent's inboxCount on, in order; at least up to the block's own range and what is due in it. */
  readonly waiting: readonly QueuedItem[]
  /** Inbox hash at the parent's inboxCount. */
  readonly hashBefore: Bytes32
}

const priceFields = ['coreByte', 'witnessByte', 'settlement', 'stateByte'] as const

function checkHeader(header: BlockHeader, parent: BlockParent, lineage: Bytes32, place: BlockPlace): void {
  const expectedNumber = parent.header.number + 1n
  if (header.number !== expectedNumber)
    throw new BlockError({
      ...place,
      code: 'HEADER_LINK',
      field: 'number',
      expected: expectedNumber,
      received: header.number,
    })
  const parentRoot = BlockHeaderType.hashTreeRoot(parent.header)
  if (!sameBytes(header.parent, parentRoot))
    throw new BlockError({
      ...place,
      code: 'HEADER_LINK',
      field: 'parent',
      expected: parentRoot,
      received: header.parent,
    })
  if (!sameBytes(header.lineage, lineage))
    throw new BlockError({
      ...place,
      code: 'HEADER_LINK',
      field: 'lineage',
      expected: lineage,
      received: header.lineage,
    })
  if (header.timestamp < parent.header.timestamp + limits.minBlockIntervalMs)
    throw new BlockError({
      ...place,
      code: 'TIMESTAMP_STEP',
      previous: parent.header.timestamp,
      received: header.timestamp,
      minimumStep: limits.minBlockIntervalMs,
    })
  for (const field of priceFields)
    if (header.prices[field] !== parent.prices[field])
      throw new BlockError({
        ...place,
        code: 'PRICES',
        field,
        expected: parent.prices[field],
        received: header.prices[field],
      })
}

/** The items a block consumes. */
export function consumedItems(
  header: Pick<BlockHeader, 'inboxCount'>,
  parent: Pick<BlockHeader, 'inboxCount'>,
  window: InboxWindow,
): readonly QueuedItem[] {
  const count = header.inboxCount - parent.inboxCount
  return count > 0n ? window.waiting.slice(0, Number(count)) : []
}

function checkInboxRange(
  header: BlockHeader,
  parent: BlockHeader,
  window: InboxWindow,
  config: ChainConfig,
  place: BlockPlace,
): void {
  const fault = (reason: string, expected: bigint): BlockError =>
    new BlockError({ ...place, code: 'INBOX_RANGE', reason, expected, received: header.inboxCount })
  if (header.inboxCount < parent.inboxCount) throw fault('count falls', parent.inboxCount)
  const most = parent.inboxCount + BigInt(limits.inboxItemsPerBlock)
  if (header.inboxCount > most) throw fault('too many items', most)
  const known = parent.inboxCount + BigInt(window.waiting.length)
  if (header.inboxCount > known) throw fault('beyond the queue', known)
  const least = parent.inboxCount + BigInt(itemsDue(window.waiting, header.timestamp, config.forceDelayMs))
  if (header.inboxCount < least) throw fault('due items left out', least)
  const consumed = consumedItems(header, parent, window)
  const expected = consumed.at(-1)?.inboxHash ?? window.hashBefore
  if (!sameBytes(header.inboxHash, expected))
    throw new BlockError({ ...place, code: 'INBOX_HASH', expected, received: header.inboxHash })
}

function checkSegmentCount(block: BlockShape, parent: BlockHeader, place: BlockPlace): void {
  const segments = segmentsOf(block.runs)
  if (segments > limits.segmentsPerBlock)
    throw new BlockError({ ...place, code: 'BLOCK_SIZE', segments, maximum: limits.segmentsPerBlock })
  const expected = parent.segmentCount + BigInt(segments)
  const received = block.header.segmentCount
  if (received !== expected) throw new BlockError({ ...place, code: 'SEGMENT_COUNT', expected, received })
}

function checkRunOrder(block: BlockShape, place: BlockPlace): void {
  let previousShard = -1
  for (const run of block.runs) {
    if (run.shard <= previousShard || run.shard >= limits.shards || run.segments.length === 0)
      throw new BlockError({ ...place, shard: run.shard, code: 'RUN_ORDER', previousShard })
    previousShard = run.shard
  }
}

function checkContinuity(run: RunShape, before: Bytes32, place: BlockPlace): void {
  let standing = before
  run.segments.forEach((segment, i) => {
    if (!sameBytes(segment.preRoot, standing))
      throw new BlockError({
        ...place,
        shard: run.shard,
        segment: i,
        code: 'CONTINUITY',
        expected: standing,
        received: segment.preRoot,
      })
    standing = segment.postRoot
  })
  if (!sameBytes(run.postRoot, standing))
    throw new BlockError({ ...place, shard: run.shard, code: 'RUN_ROOT', expected: standing, received: run.postRoot })
}

/** Inbox items of the run's shard come first, each once, by index; then no message segment leaves room before another. */
function checkSegmentOrder(run: RunShape, own: readonly QueuedItem[], place: BlockPlace): void {
  run.segments.forEach((segment, i) => {
    const here = { ...place, shard: run.shard, segment: i }
    const expected = own[i]
    if (expected !== undefined) {
      if (segment.kind !== BodyKind.inboxItem || segment.item !== expected.index)
        throw new BlockError({ ...here, code: 'INBOX_MISSING', item: expected.index })
      return
    }
    if (segment.kind === BodyKind.inboxItem)
      throw new BlockError({ ...here, code: 'SEGMENT_ORDER', reason: 'inbox item that is not of this block and shard' })
    if (segment.kind !== BodyKind.messages) return
    const count = segment.messages
    const followed = run.segments[i + 1]?.kind === BodyKind.messages
    if (count === 0 || count > limits.messagesPerSegment || (followed && count < limits.messagesPerSegment))
      throw new BlockError({ ...here, code: 'FULLNESS', messages: count })
  })
  const missing = own[run.segments.length]
  if (missing !== undefined)
    throw new BlockError({ ...place, shard: run.shard, code: 'INBOX_MISSING', item: missing.index })
}

function checkInboxSegments(block: BlockShape, consumed: readonly QueuedItem[], place: BlockPlace): void {
  const byShard = new Map<number, QueuedItem[]>()
  for (const queued of consumed) {
    const shard = shardOfItem(queued.item)
    if (shard === undefined) continue
    const own = byShard.get(shard)
    if (own === undefined) byShard.set(shard, [queued])
    else own.push(queued)
  }
  for (const run of block.runs) {
    checkSegmentOrder(run, byShard.get(run.shard) ?? [], place)
    byShard.delete(run.shard)
  }
  const [missing] = byShard
  if (missing !== undefined)
    throw new BlockError({
      ...place,
      shard: missing[0],
      code: 'INBOX_MISSING',
      item: (missing[1][0] as QueuedItem).index,
    })
}

function checkWitnessShape(block: BlockShape, place: BlockPlace): void {
  const assertCount = (expected: number, received: number | undefined, at: BlockPlace): void => {
    if (received !== expected) throw new BlockError({ ...at, code: 'WITNESS_SHAPE', expected, received: received ?? 0 })
  }
  assertCount(block.runs.length, block.signedRuns, place)
  for (const { shard, segments, signedSegments } of block.runs) {
    assertCount(segments.length, signedSegments, { ...place, shard })
    segments.forEach(({ signaturesNeeded, signatures }, segment) => {
      assertCount(signaturesNeeded, signatures, { ...place, shard, segment })
    })
  }
}

/**
 * Checks every rule of a block that needs no execution.
 * @param lineage - The one in force where the block is claimed.
 * @throws {BlockError} naming the first thing wrong. @see docs/spec/blocks.md
 */
export function checkBlockRules(
  block: Block,
  witness: BlockWitness,
  parent: BlockParent,
  window: InboxWindow,
  lineage: Bytes32,
  config: ChainConfig,
): void {
  checkShapeRules(
    shapeOfBlock(block, witness, () => runsRoot(block.runs)),
    parent,
    window,
    lineage,
    config,
  )
}

/** As `checkBlockRules`, whatever form the block is held in. @throws {BlockError} */
export function checkShapeRules(
  block: BlockShape,
  parent: BlockParent,
  window: InboxWindow,
  lineage: Bytes32,
  config: ChainConfig,
): void {
  const { header } = block
  const place = { block: header.number }
  checkHeader(header, parent, lineage, place)
  checkInboxRange(header, parent.header, window, config, place)
  checkSegmentCount(block, parent.header, place)
  checkRunOrder(block, place)
  if (block.runs.length === 0 && header.inboxCount === parent.header.inboxCount)
    throw new BlockError({ ...place, code: 'BLOCK_EMPTY' })
  for (const run of block.runs) checkContinuity(run, parent.shardRoots[run.shard] as Bytes32, place)
  checkInboxSegments(block, consumedItems(header, parent.header, window), place)
  const expected = block.runsRoot()
  if (!sameBytes(header.runsRoot, expected))
    throw new BlockError({ ...place, code: 'RUNS_ROOT', expected, received: header.runsRoot })
  checkWitnessShape(block, place)
}
