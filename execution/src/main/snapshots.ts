import { type Bytes32, limits, type Shard, ShardType, sameBytes } from '@parley/protocol'
import type { ShardChunk } from '../api.ts'
import { chunkTargetBytes, readConversation, ShardChunks, type SnapshotCursor } from '../codec/snapshot.ts'
import { ExecutionError } from '../faults.ts'
import type { SnapshotChunk } from '../lane/commands.ts'
import type { LaneHandle } from './lane-handle.ts'
import { gatherRoots } from './sealing.ts'

/** Chunks of all shards, one after the other; only one is in memory at a time. */
export async function* snapshotShards(lanes: readonly LaneHandle[], targetBytes: number): AsyncGenerator<ShardChunk> {
  for (let shard = 0; shard < limits.shards; shard += 1) yield* snapshotShard(lanes, shard, targetBytes)
}

async function* snapshotShard(
  lanes: readonly LaneHandle[],
  shard: number,
  targetBytes: number,
): AsyncGenerator<ShardChunk> {
  let cursor: SnapshotCursor | undefined = { part: 0, account: 0, conversation: 0 }
  while (cursor !== undefined) {
    const lane = lanes[shard % lanes.length] as LaneHandle
    const { bytes, next }: SnapshotChunk = await lane.call('snapshot', { shard, cursor, targetBytes })
    yield { shard, bytes }
    cursor = next
  }
}

/** A whole shard as values. */
export async function shardValues(lanes: readonly LaneHandle[], shard: number): Promise<Shard> {
  const value = ShardType.defaultValue()
  const chunks = new ShardChunks(shard, {
    fees: (feeExcess, feeTime, revenue) => Object.assign(value, { feeExcess, feeTime, revenue }),
    account: (account) => value.accounts.push(account),
    conversation: (reader) => value.conversations.push(readConversation(reader)),
  })
  for await (const { bytes } of snapshotShard(lanes, shard, chunkTargetBytes)) chunks.read(bytes)
  return value
}

/** Replaces the state of all lanes. @throws {ExecutionError} `SNAPSHOT_INVALID`; the state is then lost. */
export async function restoreShards(
  lanes: readonly LaneHandle[],
  chunks: AsyncIterable<ShardChunk>,
  expected: readonly Bytes32[],
): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.call('restoreBegin', {})))
  // One chunk a lane is on its way at a time: that bounds memory and lets lanes work side by side.
  const underWay: Promise<unknown>[] = lanes.map(() => Promise.resolve())
  try {
    for await (const { shard, bytes } of chunks) {
      if (shard >= limits.shards)
        throw new ExecutionError({ code: 'SNAPSHOT_INVALID', shard, reason: 'shard does not exist' })
      const lane = shard % lanes.length
      await underWay[lane]
      const call = (lanes[lane] as LaneHandle).call('restoreChunk', { shard, bytes })
      // Looked at by the next chunk of the lane, or at the end.
      call.catch(() => undefined)
      underWay[lane] = call
    }
  } finally {
    await Promise.allSettled(underWay)
  }
  await Promise.all(underWay)
  const roots = gatherRoots(await Promise.all(lanes.map((lane) => lane.call('restoreEnd', {}))))
  for (let shard = 0; shard < limits.shards; shard += 1)
    if (!sameBytes(roots[shard] as Bytes32, expected[shard] ?? new Uint8Array(0)))
      throw new ExecutionError({ code: 'SNAPSHOT_INVALID', shard, reason: 'root differs from the expected one' })
}
