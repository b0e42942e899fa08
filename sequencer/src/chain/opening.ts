import { ContainerType, type ValueOf } from '@chainsafe/ssz'
import { Bytes32Type, type JournalPosition, PricesType, Uint8Type, Uint64Type } from '@parley/protocol'
import { SequencerError } from '../faults.ts'

/**
 * What fixes a block before its first entry, as the journal keeps it: block `number` of `lineage` at `timestamp` (ms)
 * consumes `items` inbox items from `inboxFrom` on; `prices` are those of the state before it.
 */
export const OpeningType = new ContainerType(
  {
    number: Uint64Type,
    timestamp: Uint64Type,
    lineage: Bytes32Type,
    inboxFrom: Uint64Type,
    items: Uint8Type,
    prices: PricesType,
  },
  { typeName: 'Opening' },
)
export type Opening = ValueOf<typeof OpeningType>

const kinds = { opening: 1, entries: 2 } as const

export type JournalRecord =
  | { readonly kind: 'opening'; readonly opening: Opening }
  | { readonly kind: 'entries'; readonly block: bigint; readonly entries: Uint8Array }

export function encodeOpening(opening: Opening): Uint8Array {
  const bytes = new Uint8Array(1 + OpeningType.fixedSize!)
  bytes[0] = kinds.opening
  bytes.set(OpeningType.serialize(opening), 1)
  return bytes
}

/** A journal record of entries that block `block` will carry; `entries` is the lanes' own form. */
export function encodeEntries(block: bigint, entries: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + entries.length)
  bytes[0] = kinds.entries
  new DataView(bytes.buffer).setBigUint64(1, block)
  bytes.set(entries, 9)
  return bytes
}

/** @throws {SequencerError} `JOURNAL_INVALID`. */
export function decodeRecord(record: Uint8Array, position: JournalPosition): JournalRecord {
  if (record[0] === kinds.opening && record.length === 1 + OpeningType.fixedSize!)
    return { kind: 'opening', opening: OpeningType.deserialize(record.subarray(1)) }
  if (record[0] === kinds.entries && record.length > 9) {
    const block = new DataView(record.buffer, record.byteOffset).getBigUint64(1)
    return { kind: 'entries', block, entries: record.subarray(9) }
  }
  throw new SequencerError({ code: 'JOURNAL_INVALID', position, reason: 'neither an opening nor entries' })
}
