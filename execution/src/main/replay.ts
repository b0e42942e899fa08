import { ByteWriter } from '../codec/bytes.ts'
import { decodeRecord, EntryKind, writeRecordMessage, writeRecordOperation } from '../codec/record.ts'
import { ExecutionError } from '../faults.ts'

/**
 * Splits a record by lanes, whatever their number was when it was written.
 * @returns for each lane its entries; empty when the record is.
 * @throws {ExecutionError} `RECORD_INVALID` when the record has not the form or is of another block.
 */
export function entriesOfLanes(record: Uint8Array, block: bigint, lanes: number): Uint8Array[] {
  const decoded = decodeRecord(record)
  if (decoded.block !== block)
    throw new ExecutionError({ code: 'RECORD_INVALID', reason: `record is of block ${decoded.block}`, offset: 1 })
  const writers = Array.from({ length: lanes }, () => new ByteWriter(record.length))
  for (const { kind, shard, bytes } of decoded.entries) {
    const writer = writers[shard % lanes] as ByteWriter
    if (kind === EntryKind.message) writeRecordMessage(writer, bytes)
    else writeRecordOperation(writer, bytes)
  }
  return writers.map((writer) => writer.written().slice())
}
