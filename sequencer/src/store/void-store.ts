import { BooleanType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { Bytes32Type, type JournalPosition, Uint64Type } from '@parley/protocol'
import { type BytesLevel, type BytesOperation, checksummed, durable, keyOf, unchecksummed } from '@parley/runtime/level'
import { SequencerError } from '../faults.ts'
import { type FallenEntry, type NumberedFallenEntry, putFallen, readFallen } from './fallen-entries.ts'

/** A removal that was acted on: what it voided in the journal, and how far those entries were offered again. */
export interface VoidedRange {
  /** Lineage that begins behind it. */
  readonly lineage: Uint8Array
  /** Last block left standing. */
  readonly block: bigint
  /** Position of the first voided record. */
  readonly from: JournalPosition
  /** Position of the removal's own record, which ends the range. */
  readonly to: JournalPosition
  /** The lineage that it ended, and the last header that followed from the journal there. */
  readonly ended: { readonly lineage: Uint8Array; readonly number: bigint; readonly root: Uint8Array }
  readonly offered: Offered
}

/** How far the voided entries were offered to the new lineage. */
export interface Offered {
  /** Voided records before this position were offered and answered. */
  readonly next: JournalPosition
  /** Where the journal ended then: what was offered after that was accepted behind it. */
  readonly journalEnd: JournalPosition
  /** Entries that are in the new lineage, and those that it refused. */
  readonly kept: bigint
  readonly fallen: bigint
  readonly done: boolean
}

const VoidedType = new ContainerType({
  lineage: Bytes32Type,
  block: Uint64Type,
  from: Uint64Type,
  to: Uint64Type,
  ended: new ContainerType({ lineage: Bytes32Type, number: Uint64Type, root: Bytes32Type }),
  offered: new ContainerType({
    next: Uint64Type,
    journalEnd: Uint64Type,
    kept: Uint64Type,
    fallen: Uint64Type,
    done: new BooleanType(),
  }),
})
const StoredType = new ContainerType(
  { ranges: new ListCompositeType(VoidedType, 2 ** 16) },
  { typeName: 'StoredVoidedRanges' },
)

const key = keyOf('voided')

/** The removals that the journal was told of, oldest first. */
export class VoidStore {
  ranges: readonly VoidedRange[]
  private readonly db: BytesLevel

  private constructor(db: BytesLevel, ranges: readonly VoidedRange[]) {
    this.db = db
    this.ranges = ranges
  }

  /** @throws {SequencerError} `STORE_CORRUPT`. */
  static async open(db: BytesLevel): Promise<VoidStore> {
    const stored = await db.get(key)
    if (stored === undefined) return new VoidStore(db, [])
    const content = unchecksummed(key, stored)
    if (content === undefined)
      throw new SequencerError({
        code: 'STORE_CORRUPT',
        what: 'voided ranges',
        number: 0n,
        reason: 'the checksum does not hold',
      })
    return new VoidStore(db, StoredType.deserialize(content).ranges)
  }

  add(range: VoidedRange): Promise<void> {
    return this.write([...this.ranges, range])
  }

  /** Notes how far the entries of one range were offered, and in the same write those that fell since the last note. */
  offer(ordinal: number, offered: Offered, fallen: readonly FallenEntry[]): Promise<void> {
    const ranges = this.ranges.map((range, i) => (i === ordinal ? { ...range, offered } : range))
    return this.write(ranges, putFallen(ordinal, offered.fallen - BigInt(fallen.length), fallen))
  }

  /** Entries that fell with a removal, from place `from` on, at most `limit`. @throws {SequencerError} `STORE_CORRUPT`. */
  fallen(ordinal: number, from: bigint, limit: number): Promise<NumberedFallenEntry[]> {
    return readFallen(this.db, ordinal, from, limit)
  }

  /** Lineage in force behind a position that is not voided; undefined when nothing was removed before. */
  lineageAt(position: JournalPosition): Uint8Array | undefined {
    return this.ranges.findLast(({ to }) => to < position)?.lineage
  }

  /** Records from here on are needed until the entries were offered; undefined when none are. */
  get neededFrom(): JournalPosition | undefined {
    const open = this.ranges.filter(({ offered }) => !offered.done).map(({ from }) => from)
    return open.length === 0 ? undefined : open.reduce((least, from) => (from < least ? from : least))
  }

  private async write(ranges: readonly VoidedRange[], more: readonly BytesOperation[] = []): Promise<void> {
    const value = checksummed(key, StoredType.serialize({ ranges: [...ranges] }))
    await this.db.batch([...more, { type: 'put', key, value }], durable)
    this.ranges = ranges
  }
}
