import { ByteWriter } from '../codec/bytes.ts'
import { decodeRecord, EntryKind, writeRecordMessage, writeRecordOperation } from '../codec/record.ts'
import { ExecutionError } from '../faults.ts'

/**
 * Splits records by lanes, whatever their number was when they were written.
 * @returns for each lane its entries; empty when it has none.
 * @throws {ExecutionError} `RECORD_INVALID` when a record has not the form or is of another block.
 */
export function entriesOfLanes(records: readonly Uint8Array[], block: bigint, lanes: number): Uint8Array[] {
  const bytes = records.reduce((sum, { length }) => sum + length, 0)
  const writers = Array.from({ length: lanes }, () => new ByteWriter(Math.ceil(bytes / lanes)))
  for (const record of records) {
    const decoded = decodeRecord(record)
    if (decoded.block !== block)
      throw new ExecutionError({ code: 'RECORD_INVALID', reason: `record is of block ${decoded.block}`, offset: 1 })
    for (const { kind, shard, bytes: entry } of decoded.entries) {
      const writer = writers[shard % lanes] as ByteWriter
      if (kind === EntryKind.message) writeRecordMessage(writer, entry)
      else writeRecordOperation(writer, entry)
    }
  }
  return writers.map((writer) => writer.written().slice())
}
