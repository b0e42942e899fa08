import { ContainerType, type ValueOf } from '@chainsafe/ssz'
import { Bytes32Type, type JournalPosition, PricesType, Uint8Type, Uint64Type } from '@parley/protocol'
import { SequencerError } from '../faults.ts'

/**
 * What fixes a block before its first entry, as the journal keeps it: block `number` of `lineage` at `timestamp` (ms)
 * consumes `items` inbox items from `inboxFrom` on, after which the inbox hash is `inboxHash`; `prices` are those of the
 * state before it.
 */
export const OpeningType = new ContainerType(
  {
    number: Uint64Type,
    timestamp: Uint64Type,
    lineage: Bytes32Type,
    inboxFrom: Uint64Type,
    items: Uint8Type,
    inboxHash: Bytes32Type,
    prices: PricesType,
  },
  { typeName: 'Opening' },
)
export type Opening = ValueOf<typeof OpeningType>

/** What closes block `number`: the root of its header. The header is signed only when this is durable. */
export const SealType = new ContainerType({ number: Uint64Type, root: Bytes32Type }, { typeName: 'Seal' })
export type Seal = ValueOf<typeof SealType>

/**
 * Claims were removed: the records from position `from` up to this one no longer count. Block `block` is left standing, with
 * the header root `root`, and what follows is of `lineage`.
 */
export const LineageType = new ContainerType(
  { block: Uint64Type, root: Bytes32Type, lineage: Bytes32Type, from: Uint64Type },
  { typeName: 'Lineage' },
)
export type Lineage = ValueOf<typeof LineageType>

/** A block that a rescue claimed while this sequencer was silent: it has no entries, and its header, of root `root`, nobody signs. */
export const RescuedType = new ContainerType({ opening: OpeningType, root: Bytes32Type }, { typeName: 'Rescued' })
export type Rescued = ValueOf<typeof RescuedType>

const kinds = { opening: 1, entries: 2, seal: 3, lineage: 4, rescued: 5 } as const

export type JournalRecord =
  | { readonly kind: 'opening'; readonly opening: Opening }
  | { readonly kind: 'entries'; readonly block: bigint; readonly entries: Uint8Array }
  | { readonly kind: 'seal'; readonly seal: Seal }
  | { readonly kind: 'lineage'; readonly lineage: Lineage }
  | { readonly kind: 'rescued'; readonly rescued: Rescued }

/** @throws {RangeError} when the value does not fit. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  if (record.kind === 'opening') return tagged(kinds.opening, OpeningType.serialize(record.opening))
  if (record.kind === 'seal') return tagged(kinds.seal, SealType.serialize(record.seal))
  if (record.kind === 'lineage') return tagged(kinds.lineage, LineageType.serialize(record.lineage))
  if (record.kind === 'rescued') return tagged(kinds.rescued, RescuedType.serialize(record.rescued))
  const bytes = new Uint8Array(9 + record.entries.length)
  bytes[0] = kinds.entries
  new DataView(bytes.buffer).setBigUint64(1, record.block)
  bytes.set(record.entries, 9)
  return bytes
}

function tagged(kind: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + content.length)
  bytes[0] = kind
  bytes.set(content, 1)
  return bytes
}

/** @throws {SequencerError} `JOURNAL_INVALID`. */
export function decodeRecord(record: Uint8Array, position: JournalPosition): JournalRecord {
  if (record[0] === kinds.opening && record.length === 1 + OpeningType.fixedSize!)
    return { kind: 'opening', opening: OpeningType.deserialize(record.subarray(1)) }
  if (record[0] === kinds.seal && record.length === 1 + SealType.fixedSize!)
    return { kind: 'seal', seal: SealType.deserialize(record.subarray(1)) }
  if (record[0] === kinds.lineage && record.length === 1 + LineageType.fixedSize!)
    return { kind: 'lineage', lineage: LineageType.deserialize(record.subarray(1)) }
  if (record[0] === kinds.rescued && record.length === 1 + RescuedType.fixedSize!)
    return { kind: 'rescued', rescued: RescuedType.deserialize(record.subarray(1)) }
  if (record[0] === kinds.entries && record.length > 9) {
    const block = new DataView(record.buffer, record.byteOffset).getBigUint64(1)
    return { kind: 'entries', block, entries: record.subarray(9) }
  }
  throw new SequencerError({ code: 'JOURNAL_INVALID', position, reason: 'its kind or its length is not known' })
}
