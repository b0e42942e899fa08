import { limits, type SignedOperation, SignedOperationType, signedMessageBytes } from '@parley/protocol'
import { ByteReader, ByteWriter, FormError } from '../../src/codec/bytes.ts'
import { EntryKind, maxOperationBytes } from '../../src/codec/record.ts'
import { ExecutionError } from '../../src/index.ts'

interface Entry {
  readonly shard: number
  readonly bytes: Uint8Array
}

/** Splits records by lanes entry by entry, each read as a value: what the scan over bytes is held to. */
export function referenceSplit(records: readonly Uint8Array[], block: bigint, lanes: number): Uint8Array[] {
  const writers = Array.from({ length: lanes }, () => new ByteWriter())
  for (const record of records) {
    const decoded = decodeRecord(record)
    if (decoded.block !== block)
      throw new ExecutionError({ code: 'RECORD_INVALID', reason: `record is of block ${decoded.block}`, offset: 1 })
    for (const { shard, bytes } of decoded.entries) writers[shard % lanes]?.write(bytes)
  }
  return writers.map((writer) => writer.written().slice())
}

function decodeRecord(record: Uint8Array): { block: bigint; entries: Entry[] } {
  const reader = new ByteReader(record)
  try {
    const version = reader.uint8()
    if (version !== 1) throw new FormError(`version ${version} is not known`, 0)
    const block = reader.uint64()
    const entries: Entry[] = []
    while (reader.left > 0) {
      const at = reader.offset
      const shard = readEntry(reader)
      if (shard >= limits.shards) throw new FormError(`shard ${shard} does not exist`, at)
      entries.push({ shard, bytes: record.subarray(at, reader.offset) })
    }
    return { block, entries }
  } catch (error) {
    if (!(error instanceof FormError)) throw error
    throw new ExecutionError({ code: 'RECORD_INVALID', reason: error.message, offset: error.offset }, { cause: error })
  }
}

function readEntry(reader: ByteReader): number {
  const at = reader.offset
  const kind = reader.uint8()
  if (kind === EntryKind.message) return reader.read(signedMessageBytes)[0] as number
  if (kind !== EntryKind.operation) throw new FormError(`entry kind ${kind} is not known`, at)
  const length = reader.uint32()
  if (length > maxOperationBytes) throw new FormError(`operation of ${length} bytes`, at)
  const bytes = reader.read(length)
  try {
    return (SignedOperationType.deserialize(bytes) as SignedOperation).operation.value.shard
  } catch (error) {
    throw new FormError(`operation does not decode: ${error instanceof Error ? error.message : String(error)}`, at)
  }
}
