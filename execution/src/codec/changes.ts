import type { ByteReader, ByteWriter } from './bytes.ts'

/**
 * What a block changed in one shard, behind one another for all shards of a lane: shard (1), feeExcess, feeTime, revenue (8
 * each); accounts: count (4), then index (4) and the account as snapshots have it; conversations: count (4), then index (4),
 * id, head (32 each), epoch, messageCount (8 each), members (2), changed slots: count (2), then slot (2) and the member as
 * snapshots have it. Indices and slots ascend, and what is new follows what there was.
 */
export interface ShardChanges {
  readonly shard: number
  readonly feeExcess: bigint
  readonly feeTime: bigint
  readonly revenue: bigint
}

export function writeShardHead(writer: ByteWriter, { shard, feeExcess, feeTime, revenue }: ShardChanges): void {
  writer.uint8(shard)
  for (const value of [feeExcess, feeTime, revenue]) writer.uint64(value)
}

export function readShardHead(reader: ByteReader): ShardChanges {
  return { shard: reader.uint8(), feeExcess: reader.uint64(), feeTime: reader.uint64(), revenue: reader.uint64() }
}
