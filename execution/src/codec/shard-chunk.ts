import type { Shard } from '@parley/protocol'
import { ByteWriter } from './bytes.ts'
import { markLast, writeAccount, writeChunkHeader, writeConversation } from './snapshot.ts'

/** A whole shard as the one chunk of its snapshot. It must fit: lanes refuse chunks above 8 MiB. */
export function chunkOfShard(index: number, shard: Shard): Uint8Array {
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
