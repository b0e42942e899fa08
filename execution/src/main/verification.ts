import {
  type BlockFault,
  type Bytes32,
  limits,
  type Prices,
  pricesAfter,
  type QueuedItem,
  sameBytes,
  shardOfItem,
  stateRoot,
  type ViewedBlock,
  type ViewedRun,
} from '@parley/protocol'
import { ByteWriter } from '../codec/bytes.ts'
import { packedRunBytes, writeRun } from '../codec/packed-runs.ts'
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
export function shardFault({ header, runs }: ViewedBlock): BlockFault | undefined {
  let previousShard = -1
  for (const { shard } of runs.runs) {
    if (shard >= limits.shards) return { code: 'RUN_ORDER', block: header.number, shard, previousShard }
    previousShard = shard
  }
  return undefined
}

/** Packs a block's runs for the lanes that execute them. */
export function runsOfLanes({ runs: view }: ViewedBlock, lanes: number): ArrayBuffer[] {
  const ofLanes: ViewedRun[][] = Array.from({ length: lanes }, () => [])
  for (const run of view.runs) ofLanes[run.shard % lanes]?.push(run)
  return ofLanes.map((runs) => {
    const writer = new ByteWriter(runs.reduce((sum, run) => sum + packedRunBytes(run), 0))
    for (const run of runs) writeRun(writer, view, run)
    return writer.written().slice().buffer as ArrayBuffer
  })
}

/** The first difference that any lane found, in the order of shards. */
export function firstFault({ header }: ViewedBlock, lanes: readonly LaneVerified[]): BlockFault | undefined {
  const faults = lanes.flatMap(({ fault }) => fault ?? [])
  const [first] = faults.sort((a, b) => (a.shard ?? 0) - (b.shard ?? 0))
  return first === undefined ? undefined : ({ ...first, block: header.number } as BlockFault)
}

/** Compares the state that the block's shards, items and header make with the root in the header. */
export function stateRootFault(
  { header }: ViewedBlock,
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
