import {
  type Block,
  type BlockFault,
  type BlockWitness,
  type Bytes32,
  limits,
  type Prices,
  pricesAfter,
  type QueuedItem,
  sameBytes,
  shardOfItem,
  stateRoot,
} from '@parley/protocol'
import { ByteWriter } from '../codec/bytes.ts'
import { writeRun } from '../codec/packed-runs.ts'
import type { LaneVerified } from '../lane/commands.ts'

/** Items of each lane's shards. */
export function itemsOfLanes(items: readonly QueuedItem[], lanes: number): QueuedItem[][] {
  const ofLanes: QueuedItem[][] = Array.from({ length: lanes }, () => [])
  for (const queued of items) {
    const shard = shardOfItem(queued.item)
    if (shard !== undefined) ofLanes[shard % lanes]?.push(queued)
  }
  return ofLanes
}

/** A run of a shard that does not exist, which no lane could be given. */
export function shardFault(block: Block): BlockFault | undefined {
  let previousShard = -1
  for (const { shard } of block.runs) {
    if (shard >= limits.shards) return { code: 'RUN_ORDER', block: block.header.number, shard, previousShard }
    previousShard = shard
  }
  return undefined
}

/** Packs a block's runs for the lanes that execute them. */
export function runsOfLanes(block: Block, witness: BlockWitness, lanes: number): ArrayBuffer[] {
  const writers = Array.from({ length: lanes }, () => new ByteWriter(64 * 1024))
  block.runs.forEach((run, i) => {
    writeRun(writers[run.shard % lanes] as ByteWriter, run, witness[i] ?? [])
  })
  return writers.map((writer) => writer.written().slice().buffer as ArrayBuffer)
}

/** The first difference that any lane found, in the order of shards. */
export function firstFault(block: Block, lanes: readonly LaneVerified[]): BlockFault | undefined {
  const faults = lanes.flatMap(({ fault }) => fault ?? [])
  const [first] = faults.sort((a, b) => (a.shard ?? 0) - (b.shard ?? 0))
  return first === undefined ? undefined : ({ ...first, block: block.header.number } as BlockFault)
}

/** Compares the state that the block's shards, items and header make with the root in the header. */
export function stateRootFault(
  { header }: Block,
  shardRoots: readonly Bytes32[],
  prices: Prices,
  items: readonly QueuedItem[],
): BlockFault | undefined {
  const expected = stateRoot(shardRoots, {
    inboxCount: header.inboxCount,
    prices: pricesAfter(prices, items),
    blockNumber: header.number,
    timestamp: header.timestamp,
  })
  if (sameBytes(expected, header.stateRoot)) return undefined
  return { code: 'STATE_ROOT', block: header.number, expected, received: header.stateRoot }
}
