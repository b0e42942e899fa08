import type { Genesis, RecordState } from '@parley/messaging/serving'
import { type Bytes32, joinBytes } from '@parley/protocol'
import { type BytesOperation, durable } from '@parley/runtime/level'
import { numberKey } from './table.ts'
import type { StoredPlace, Tables } from './tables.ts'

export interface PlaceName {
  readonly shard: number
  readonly index: number
}

/** A record as proven under a final claim. */
export interface FinalRecord {
  readonly claim: bigint
  readonly block: bigint
  readonly messages: bigint
  readonly changes: bigint
  readonly head: Bytes32
}

/** A conversation that users have in their scopes. */
export interface Place extends PlaceName {
  /** What its creation says; before that was read, what the first user says. */
  id: Bytes32
  /** Undefined until the creation was read. */
  genesis: Genesis | undefined
  record: RecordState | undefined
  final: FinalRecord
  /** Grows with everything that is new of any conversation. */
  changed: bigint
  /** Identities, in hex. */
  readonly users: Set<string>
}

const zeros = new Uint8Array(32)
const notFinal: FinalRecord = { claim: 0n, block: 0n, messages: 0n, changes: 0n, head: zeros }

export const placeKey = ({ shard, index }: PlaceName): Uint8Array => {
  const key = new Uint8Array(5)
  key[0] = shard
  new DataView(key.buffer).setUint32(1, index)
  return key
}

export const placeNumber = ({ shard, index }: PlaceName): number => shard * 2 ** 32 + index

/** Entries of a record, whatever they are. */
export const entriesOf = (record: RecordState | undefined): bigint =>
  record === undefined ? 0n : record.cursor.messages + record.cursor.changes

/** Conversations that are followed, each once for all who have it in their scope. */
export class Places {
  private readonly tables: Tables
  private readonly byNumber = new Map<number, Place>()
  private last = 0n

  private constructor(tables: Tables) {
    this.tables = tables
  }

  /** @throws {PdsError} `RECORD_INVALID`. */
  static async open(tables: Tables, chainId: bigint): Promise<Places> {
    const places = new Places(tables)
    for await (const { rest, value } of tables.places.rows([])) {
      const place = { shard: rest[0] as number, index: new DataView(rest.buffer, rest.byteOffset + 1, 4).getUint32(0) }
      places.byNumber.set(placeNumber(place), placeOf(place, value, chainId))
      if (value.changed > places.last) places.last = value.changed
    }
    return places
  }

  get count(): number {
    return this.byNumber.size
  }

  [Symbol.iterator](): IterableIterator<Place> {
    return this.byNumber.values()
  }

  find(place: PlaceName): Place | undefined {
    return this.byNumber.get(placeNumber(place))
  }

  /** A conversation in somebody's scope. */
  add({ shard, index, id }: PlaceName & { readonly id: Bytes32 }, user: string): { place: Place; isNew: boolean } {
    const known = this.find({ shard, index })
    if (known !== undefined) {
      known.users.add(user)
      return { place: known, isNew: false }
    }
    const begun = { genesis: undefined, record: undefined, final: notFinal, changed: this.next() }
    const place: Place = { shard, index, id, ...begun, users: new Set([user]) }
    this.byNumber.set(placeNumber(place), place)
    return { place, isNew: true }
  }

  /** Takes a user away. @returns whether nobody is left, and the conversation is forgotten. */
  async leave(place: PlaceName, user: string): Promise<boolean> {
    const known = this.find(place)
    if (known === undefined || !known.users.delete(user) || known.users.size > 0) return false
    this.byNumber.delete(placeNumber(place))
    await this.tables.db.batch([this.tables.places.delete([placeKey(place)])], durable)
    await this.tables.entries.clear([placeKey(place)])
    return true
  }

  /** The next number of a change. */
  next(): bigint {
    this.last += 1n
    return this.last
  }

  /** How a place is stored. */
  row(place: Place): BytesOperation {
    const { id, genesis, record, changed, final } = place
    const none = { messages: 0n, changes: 0n }
    return this.tables.places.put([placeKey(place)], {
      id,
      begun: genesis !== undefined,
      founders: genesis?.members.map(({ key, role }) => ({ key, role, nonce: 0n })) ?? [],
      ...(record?.cursor ?? none),
      head: record?.head ?? zeros,
      time: record?.time ?? 0n,
      slots: [...(record?.slots ?? [])],
      changed,
      finalClaim: final.claim,
      finalBlock: final.block,
      finalMessages: final.messages,
      finalChanges: final.changes,
      finalHead: final.head,
    })
  }

  /** The head of a record after so many entries; undefined where it is not that long. */
  async headAt(place: Place, entries: bigint): Promise<Bytes32 | undefined> {
    if (place.record === undefined || entries > entriesOf(place.record)) return undefined
    if (entries === 0n) return place.id
    return (await this.tables.entries.get(entryKey(place, entries - 1n)))?.head
  }
}

/** Key of an entry, counted over messages and changes from 0. */
export const entryKey = (place: PlaceName, number: bigint): Uint8Array =>
  joinBytes([placeKey(place), numberKey(number)])

function placeOf(name: PlaceName, stored: StoredPlace, chainId: bigint): Place {
  const { id, begun, founders, messages, changes, head, time, slots, changed } = stored
  const cursor = { messages, changes }
  const final = {
    claim: stored.finalClaim,
    block: stored.finalBlock,
    messages: stored.finalMessages,
    changes: stored.finalChanges,
    head: stored.finalHead,
  }
  return {
    ...name,
    id,
    genesis: begun ? { id, members: founders.map(({ key, role }) => ({ key, role })) } : undefined,
    record: begun ? { chainId, id, cursor, slots, head, time: time as RecordState['time'] } : undefined,
    final,
    changed,
    users: new Set(),
  }
}
