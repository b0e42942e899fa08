import { createHash } from 'node:crypto'
import { type Bytes32, type SignedHeader, SignedHeaderType } from '@parley/protocol'
import {
  decodeRecord,
  del,
  type NodeStore,
  numberAt,
  numberKey,
  put,
  type Table,
  tableOf,
  type Write,
  writeAll,
} from '../store/node-store.ts'

/** A lineage and number: where a key signs one header, for ever. */
export interface Place {
  readonly number: bigint
  readonly lineage: Bytes32
}

/** A signed header that is kept. */
export interface KeptHeader {
  readonly root: Bytes32
  readonly signed: SignedHeader
}

/** What becomes of a place at which more than one header may count: `met`, told as evidence, shown on the L2. */
export const ConflictState = { met: 0, told: 1, shown: 2 } as const
type State = (typeof ConflictState)[keyof typeof ConflictState]

export interface Conflict extends Place {
  readonly state: State
  /** L2 block up to which what showed it may still be taken back. */
  readonly settled: bigint
}

const sourceBytes = 4
const signedBytes = SignedHeaderType.fixedSize as number
/** Bytes that a header takes in the store. */
export const keptBytes = 72 + signedBytes + sourceBytes

/** Number and lineage as bytes. */
export const placeKey = ({ number, lineage }: Place): Uint8Array => Buffer.concat([numberKey(number), lineage])
const sourceKey = (name: string): Uint8Array => createHash('sha256').update(name).digest().subarray(0, sourceBytes)
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Signed headers by number, lineage and root, how many came from each source, and places that have more than one. */
export class HeaderStore {
  private readonly db: NodeStore
  private readonly headers: Table
  private readonly sources: Table
  private readonly conflicts: Table
  /** Headers kept from each source, by its key in hexadecimal. */
  private readonly counts = new Map<string, number>()
  /** Whether a place has a conflict, for those that have. */
  private readonly marked = new Set<string>()

  private constructor(db: NodeStore) {
    this.db = db
    this.headers = tableOf(db, 'watch-header')
    this.sources = tableOf(db, 'watch-source')
    this.conflicts = tableOf(db, 'watch-conflict')
  }

  static async open(db: NodeStore): Promise<HeaderStore> {
    const store = new HeaderStore(db)
    for await (const [key, value] of store.sources.iterator()) store.counts.set(hexOf(key), Number(numberAt(value)))
    for await (const key of store.conflicts.keys()) store.marked.add(hexOf(key))
    return store
  }

  /** Headers kept, of all sources. */
  get length(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Places with more than one header. */
  get conflictCount(): number {
    return this.marked.size
  }

  /** Bytes kept from one source. */
  bytesOf(source: string): number {
    return (this.counts.get(hexOf(sourceKey(source))) ?? 0) * keptBytes
  }

  async has(place: Place, root: Bytes32): Promise<boolean> {
    return (await this.headers.get(Buffer.concat([placeKey(place), root]))) !== undefined
  }

  /** Headers of one place, by their roots. */
  async at(place: Place): Promise<KeptHeader[]> {
    const first = placeKey(place)
    const range = { gte: first, lte: Buffer.concat([first, new Uint8Array(32).fill(0xff)]) }
    const found: KeptHeader[] = []
    for await (const [key, value] of this.headers.iterator(range))
      found.push({ root: Uint8Array.from(key.subarray(40)), signed: signedOf(value) })
    return found
  }

  /** Headers of the blocks `from` to `through`, in order, of all lineages. */
  async *between(from: bigint, through: bigint): AsyncGenerator<KeptHeader> {
    const range = { gte: numberKey(from), lt: numberKey(through + 1n) }
    for await (const [key, value] of this.headers.iterator(range))
      yield { root: Uint8Array.from(key.subarray(40)), signed: signedOf(value) }
  }

  /** Keeps a header, and that its place has another, in one write. */
  async keep({ root, signed }: KeptHeader, source: string, isConflict: boolean): Promise<void> {
    const from = sourceKey(source)
    const value = Buffer.concat([SignedHeaderType.serialize(signed), from])
    const count = (this.counts.get(hexOf(from)) ?? 0) + 1
    const writes = [
      put(this.headers, Buffer.concat([placeKey(signed.header), root]), value),
      put(this.sources, from, numberKey(BigInt(count))),
      ...(isConflict ? this.marking(signed.header) : []),
    ]
    await writeAll(this.db, writes)
    this.counts.set(hexOf(from), count)
    if (isConflict) this.marked.add(hexOf(placeKey(signed.header)))
  }

  /** Notes that a place has more than one header. */
  async mark(place: Place): Promise<void> {
    await writeAll(this.db, this.marking(place))
    this.marked.add(hexOf(placeKey(place)))
  }

  isMarked(place: Place): boolean {
    return this.marked.has(hexOf(placeKey(place)))
  }

  /** Places with more than one header, in order. */
  async *marks(): AsyncGenerator<Conflict> {
    for await (const [key, value] of this.conflicts.iterator())
      yield {
        number: numberAt(key),
        lineage: Uint8Array.from(key.subarray(8)),
        state: value[0] as State,
        settled: numberAt(value, 1),
      }
  }

  async setState(place: Place, state: State, settled = 0n): Promise<void> {
    await writeAll(this.db, [put(this.conflicts, placeKey(place), conflictValue(state, settled))])
  }

  /** Forgets one header. */
  async drop({ root, signed }: KeptHeader): Promise<void> {
    await this.forget([Buffer.concat([placeKey(signed.header), root])])
  }

  /** Forgets everything of blocks up to `through`. */
  async dropThrough(through: bigint): Promise<void> {
    const range = { lt: numberKey(through + 1n) }
    const keys: Uint8Array[] = []
    for await (const key of this.headers.keys({ ...range, limit: droppedAtOnce })) keys.push(key)
    await this.forget(keys)
    if (keys.length === droppedAtOnce) return
    const places: Uint8Array[] = []
    for await (const key of this.conflicts.keys(range)) places.push(key)
    await writeAll(
      this.db,
      places.map((key) => del(this.conflicts, key)),
    )
    for (const key of places) this.marked.delete(hexOf(key))
  }

  private async forget(keys: readonly Uint8Array[]): Promise<void> {
    const fewer = new Map<string, number>()
    const writes: Write[] = []
    for (const key of keys) {
      const value = await this.headers.get(key)
      if (value === undefined) continue
      const from = hexOf(value.subarray(signedBytes))
      fewer.set(from, (fewer.get(from) ?? this.counts.get(from) ?? 0) - 1)
      writes.push(del(this.headers, key))
    }
    for (const [from, count] of fewer)
      writes.push(put(this.sources, Buffer.from(from, 'hex'), numberKey(BigInt(count))))
    await writeAll(this.db, writes)
    for (const [from, count] of fewer) this.counts.set(from, count)
  }

  private marking(place: Place): Write[] {
    return this.isMarked(place) ? [] : [put(this.conflicts, placeKey(place), conflictValue(ConflictState.met, 0n))]
  }
}

/** Headers forgotten in one write. */
const droppedAtOnce = 10_000

function conflictValue(state: State, settled: bigint): Uint8Array {
  return Buffer.concat([Uint8Array.of(state), numberKey(settled)])
}

function signedOf(value: Uint8Array): SignedHeader {
  return decodeRecord('watched header', SignedHeaderType, value.subarray(0, signedBytes))
}
