import { limits, type SignedOperation, SignedOperationType, signedMessageBytes } from '@parley/protocol'
import { ExecutionError } from '../faults.ts'
import { ByteReader, type ByteWriter, FormError } from './bytes.ts'

/**
 * A journal record: version (1 byte), block (8), then entries: 0 and a signed message (111 bytes), or 1, a length (4) and
 * a signed operation. Integers are little-endian. Checksums are the journal's.
 */
const recordVersion = 1

export const recordHeaderBytes = 9

/** Bytes of a signed operation at most: a creation or change with every list full, rounded up. */
export const maxOperationBytes = 4096

export const EntryKind = { message: 0, operation: 1 } as const

export function writeRecordHeader(writer: ByteWriter, block: bigint): void {
  writer.uint8(recordVersion)
  writer.uint64(block)
}

/** Writes the signed message of 111 bytes that begins at `from`. */
export function writeRecordMessage(writer: ByteWriter, bytes: Uint8Array, from = 0): void {
  writer.uint8(EntryKind.message)
  writer.copy(bytes, from, signedMessageBytes)
}

export function writeRecordOperation(writer: ByteWriter, operation: Uint8Array): void {
  writer.uint8(EntryKind.operation)
  writer.uint32(operation.length)
  writer.write(operation)
}

/** An entry of a record: `bytes` is a signed message, or a signed operation that decodes. */
export interface RecordEntry {
  readonly kind: number
  readonly shard: number
  readonly bytes: Uint8Array
}

export interface JournalRecord {
  readonly block: bigint
  readonly entries: readonly RecordEntry[]
}

/** @throws {ExecutionError} `RECORD_INVALID` when the bytes are no record. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  const reader = new ByteReader(bytes)
  try {
    const version = reader.uint8()
    if (version !== recordVersion) throw new FormError(`version ${version} is not known`, 0)
    const block = reader.uint64()
    const entries: RecordEntry[] = []
    while (reader.left > 0) entries.push(readEntry(reader))
    return { block, entries }
  } catch (error) {
    if (!(error instanceof FormError)) throw error
    throw new ExecutionError({ code: 'RECORD_INVALID', reason: error.message, offset: error.offset }, { cause: error })
  }
}

function readEntry(reader: ByteReader): RecordEntry {
  const at = reader.offset
  const kind = reader.uint8()
  if (kind === EntryKind.message) {
    const bytes = reader.read(signedMessageBytes)
    return { kind, shard: demandShard(bytes[0] as number, at), bytes }
  }
  if (kind !== EntryKind.operation) throw new FormError(`entry kind ${kind} is not known`, at)
  const length = reader.uint32()
  if (length > maxOperationBytes) throw new FormError(`operation of ${length} bytes`, at)
  const bytes = reader.read(length)
  return { kind, shard: demandShard(decodeOperation(bytes, at).operation.value.shard, at), bytes }
}

function demandShard(shard: number, offset: number): number {
  if (shard >= limits.shards) throw new FormError(`shard ${shard} does not exist`, offset)
  return shard
}

function decodeOperation(bytes: Uint8Array, offset: number): SignedOperation {
  try {
    return SignedOperationType.deserialize(bytes) as SignedOperation
  } catch (error) {
    throw new FormError(`operation does not decode: ${error instanceof Error ? error.message : String(error)}`, offset)
  }
}
