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

/** Of the length before a signed operation. */
const lengthBytes = 4

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

/** Is told of each entry in turn: its kind, its shard, and where it lies in the record, kind and length included. */
export type EntryVisitor = (kind: number, shard: number, from: number, end: number) => void

/**
 * Looks through a record without making an object an entry. Entries are told of before what follows them was looked at;
 * messages have their length, operations decode.
 * @returns number of the block that the entries are in. @throws {ExecutionError} `RECORD_INVALID` when the bytes are no record.
 */
export function scanRecord(bytes: Uint8Array, visit: EntryVisitor): bigint {
  try {
    const block = readHeader(bytes)
    for (let at = recordHeaderBytes; at < bytes.length; ) {
      const kind = bytes[at] as number
      const end = kind === EntryKind.message ? messageEnd(bytes, at) : operationEnd(bytes, at)
      const shard = kind === EntryKind.message ? (bytes[at + 1] as number) : operationShard(bytes, at, end)
      if (shard >= limits.shards) throw new FormError(`shard ${shard} does not exist`, at)
      visit(kind, shard, at, end)
      at = end
    }
    return block
  } catch (error) {
    if (!(error instanceof FormError)) throw error
    throw new ExecutionError({ code: 'RECORD_INVALID', reason: error.message, offset: error.offset }, { cause: error })
  }
}

/** An entry of a record: bytes of a `SignedMessage` or of a `SignedOperation`. */
export interface RecordEntry {
  readonly kind: 'message' | 'operation'
  readonly bytes: Uint8Array
}

/** Entries of a record in its order, as the sender gave them. @throws {ExecutionError} `RECORD_INVALID`. */
export function entriesOf(record: Uint8Array): RecordEntry[] {
  const entries: RecordEntry[] = []
  scanRecord(record, (kind, _, from, end) => {
    const isMessage = kind === EntryKind.message
    const bytes = record.subarray(from + 1 + (isMessage ? 0 : lengthBytes), end)
    entries.push({ kind: isMessage ? 'message' : 'operation', bytes })
  })
  return entries
}

function readHeader(bytes: Uint8Array): bigint {
  const reader = new ByteReader(bytes)
  const version = reader.uint8()
  if (version !== recordVersion) throw new FormError(`version ${version} is not known`, 0)
  return reader.uint64()
}

function messageEnd(bytes: Uint8Array, at: number): number {
  return assertWithin(bytes, at + 1, signedMessageBytes)
}

/** @throws {FormError} when it is no operation either. */
function operationEnd(bytes: Uint8Array, at: number): number {
  const kind = bytes[at] as number
  if (kind !== EntryKind.operation) throw new FormError(`entry kind ${kind} is not known`, at)
  const from = assertWithin(bytes, at + 1, lengthBytes)
  const length = new DataView(bytes.buffer, bytes.byteOffset + at + 1, lengthBytes).getUint32(0, true)
  if (length > maxOperationBytes) throw new FormError(`operation of ${length} bytes`, at)
  return assertWithin(bytes, from, length)
}

function assertWithin(bytes: Uint8Array, from: number, length: number): number {
  const end = from + length
  if (end > bytes.length) throw new FormError(`ends ${end - bytes.length} bytes early`, from)
  return end
}

function operationShard(bytes: Uint8Array, at: number, end: number): number {
  const operation = bytes.subarray(at + 1 + lengthBytes, end)
  try {
    return (SignedOperationType.deserialize(operation) as SignedOperation).operation.value.shard
  } catch (error) {
    throw new FormError(`operation does not decode: ${error instanceof Error ? error.message : String(error)}`, at)
  }
}
