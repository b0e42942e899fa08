import { ByteListType, ContainerType, UintNumberType } from '@chainsafe/ssz'
import type { RecordEntry } from '@parley/execution'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  keyOf,
  lastNumberOf,
  unchecksummed,
} from '@parley/runtime/level'
import { SequencerError } from '../faults.ts'

/** An accepted entry that the new lineage refused. */
export interface FallenEntry {
  readonly kind: RecordEntry['kind']
  /** As it was signed and sent. */
  readonly bytes: Uint8Array
  /** Why it was refused, as a fault's JSON. */
  readonly fault: Readonly<Record<string, unknown>>
}

export interface NumberedFallenEntry extends FallenEntry {
  /** Its place among those of its removal, from 0. */
  readonly index: bigint
}

const StoredType = new ContainerType(
  { kind: new UintNumberType(1), bytes: new ByteListType(2 ** 20), fault: new ByteListType(2 ** 16) },
  { typeName: 'StoredFallenEntry' },
)
const kinds = ['message', 'operation'] as const satisfies readonly RecordEntry['kind'][]

const keyOfEntry = (removal: number, index: bigint): Uint8Array => keyOf('fallen', BigInt(removal), index)

/** What stores the entries that fell with a removal, from place `first` on. */
export function putFallen(removal: number, first: bigint, entries: readonly FallenEntry[]): BytesOperation[] {
  return entries.map(({ kind, bytes, fault }, i) => {
    const key = keyOfEntry(removal, first + BigInt(i))
    const stored = { kind: kinds.indexOf(kind), bytes, fault: new TextEncoder().encode(JSON.stringify(fault)) }
    return { type: 'put', key, value: checksummed(key, StoredType.serialize(stored)) }
  })
}

/**
 * Entries that fell with a removal, from place `from` on, at most `limit`.
 * @throws {SequencerError} `STORE_CORRUPT`.
 */
export async function readFallen(
  db: BytesLevel,
  removal: number,
  from: bigint,
  limit: number,
): Promise<NumberedFallenEntry[]> {
  const range = { gte: keyOfEntry(removal, from), lt: keyOfEntry(removal + 1, 0n), limit }
  const found: NumberedFallenEntry[] = []
  for await (const [key, value] of db.iterator(range)) {
    const index = lastNumberOf(key)
    const stored = unchecksummed(key, value)
    const reason = 'the checksum does not hold'
    if (stored === undefined)
      throw new SequencerError({ code: 'STORE_CORRUPT', what: 'fallen entry', number: index, reason })
    const { kind, bytes, fault } = StoredType.deserialize(stored)
    // Written by `putFallen`, and whole.
    const told = JSON.parse(new TextDecoder().decode(fault)) as FallenEntry['fault']
    found.push({ index, kind: kinds[kind] ?? 'message', bytes, fault: told })
  }
  return found
}
