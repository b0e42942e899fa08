import { type ChainConfig, limits, type Shard, ShardType } from '@parley/protocol'
import { ByteWriter } from '../../src/codec/bytes.ts'
import { markLast, writeAccount, writeChunkHeader, writeConversation } from '../../src/codec/snapshot.ts'
import { Lane } from '../../src/lane/lane.ts'
import { verifier } from './chain.ts'

/** A shard of the reference as one chunk of a snapshot. */
export function chunkOf(index: number, shard: Shard): Uint8Array {
  const writer = new ByteWriter()
  writeChunkHeader(writer, index, { part: 0, account: 0, conversation: 0 })
  for (const value of [shard.feeExcess, shard.feeTime, shard.revenue]) writer.uint64(value)
  writer.uint32(shard.accounts.length)
  for (const account of shard.accounts) writeAccount(writer, account)
  writer.uint32(shard.conversations.length)
  for (const conversation of shard.conversations) writeConversation(writer, conversation)
  const bytes = writer.written().slice()
  markLast(bytes)
  return bytes
}

/** A lane in this thread that has all shards. */
export function laneInProcess(config: ChainConfig): Lane {
  return new Lane({ lane: 0, lanes: 1, config, verifier, taken: new Int32Array(1), segmentsPerBlock: 1_024 })
}

/** Gives a lane one shard of the reference and empties the others. @returns the roots it then has. */
export function restoreShard(lane: Lane, index: number, shard: Shard): Uint8Array[] {
  lane.restoreBegin()
  for (let other = 0; other < limits.shards; other += 1)
    lane.restoreChunk(other, chunkOf(other, other === index ? shard : (ShardType.defaultValue() as Shard)))
  return lane.restoreEnd().map(({ root }) => root)
}
