import { recordHeadBytes, serverRecordTypes, writeRecordHead } from '@parley/api'
import { ConversationEventKind, signatureBytes } from '@parley/protocol'
import type { ConversationPlace } from '../conversations/place.ts'

/** Of an entry that is a message: position 8, block 8, timestamp 8, forced 1, offset 4, selector 1, member 2, content 32, signature 64. */
export const messageEntryBytes = 128
const eventOffset = 29
/** Of a record of entries before its list: place 5, level 1, offset 4. */
const entriesFixed = 10
const offsetBytes = 4

/** A record of entries of these lengths, whose bytes are still to be written, and where each begins. */
export function entriesRecord(
  { shard, index }: ConversationPlace,
  level: number,
  lengths: readonly number[],
): { readonly record: Buffer; readonly starts: readonly number[] } {
  const body = lengths.reduce((sum, length) => sum + length, entriesFixed + offsetBytes * lengths.length)
  // Of the pool where it is small: blocks have many conversations with a message each.
  const record = Buffer.allocUnsafe(recordHeadBytes + body)
  writeRecordHead(record, serverRecordTypes.entries.number, body)
  record[recordHeadBytes] = shard
  record.writeUInt32LE(index, recordHeadBytes + 1)
  record[recordHeadBytes + 5] = level
  record.writeUInt32LE(entriesFixed, recordHeadBytes + 6)
  const list = recordHeadBytes + entriesFixed
  let at = list + offsetBytes * lengths.length
  const starts = lengths.map((length, i) => {
    record.writeUInt32LE(at - list, list + offsetBytes * i)
    const start = at
    at += length
    return start
  })
  return { record, starts }
}

/** Writes all of a message's entry but what was said. */
export function writeMessageEntry(
  into: Buffer,
  start: number,
  { position, block, timestamp }: { readonly position: bigint; readonly block: bigint; readonly timestamp: bigint },
): void {
  into.writeBigUInt64LE(position, start)
  into.writeBigUInt64LE(block, start + 8)
  into.writeBigUInt64LE(timestamp, start + 16)
  into[start + 24] = 0
  into.writeUInt32LE(eventOffset, start + 25)
  into[start + eventOffset] = ConversationEventKind.message
}

/** Writes what was said: member and content as they follow one another in blocks, and the member's signature. */
export function writeMessageEvent(into: Buffer, start: number, said: Uint8Array, signature: Uint8Array): void {
  into.set(said, start + eventOffset + 1)
  into.set(signature, start + messageEntryBytes - signatureBytes)
}
