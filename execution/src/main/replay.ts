import { ByteWriter } from '../codec/bytes.ts'
import { scanRecord } from '../codec/record.ts'
import { ExecutionError } from '../faults.ts'

/** Entries are spread unevenly: room that spares most writers from growing. */
const spareRoom = 1.25

/**
 * Splits records by lanes, whatever their number was when they were written.
 * @returns for each lane its entries, in memory of their own to be handed over; empty when it has none.
 * @throws {ExecutionError} `RECORD_INVALID` when a record has not the form or is of another block.
 */
export function entriesOfLanes(
  records: readonly Uint8Array[],
  block: bigint,
  lanes: number,
): Uint8Array<ArrayBuffer>[] {
  const bytes = records.reduce((sum, { length }) => sum + length, 0)
  const room = Math.ceil((spareRoom * bytes) / lanes)
  const writers = Array.from({ length: lanes }, () => new ByteWriter(room))
  for (const record of records) splitRecord(record, block, writers)
  return writers.map((writer) => writer.written())
}

/** Neighbours of one lane are copied together: with as many lanes as wrote the journal, a record is all of one. */
function splitRecord(record: Uint8Array, block: bigint, writers: readonly ByteWriter[]): void {
  let lane = 0
  let from = 0
  let end = 0
  const copy = (): void => writers[lane]?.write(record.subarray(from, end))
  const found = scanRecord(record, (_, shard, entry, entryEnd) => {
    const entryLane = shard % writers.length
    if (entryLane !== lane || end === 0) {
      copy()
      lane = entryLane
      from = entry
    }
    end = entryEnd
  })
  copy()
  if (found !== block)
    throw new ExecutionError({ code: 'RECORD_INVALID', reason: `record is of block ${found}`, offset: 1 })
}
