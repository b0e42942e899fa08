import { type FeedCursor, type FeedPlace, fromNow } from '@parley/api'
import { type ConversationEntry, ConversationEntryType, ConversationEventKind, sameBytes } from '@parley/protocol/light'
import { ClientError } from '../faults.ts'

interface Followed {
  readonly place: FeedPlace
  /** Position of the message behind all that is sealed; undefined until the first entry where no history was asked for. */
  next: bigint | undefined
  /** Last block of which everything is sealed and here. */
  after: bigint
  /** Nothing was received, and since when is not known: history was not asked for and it is not live yet. */
  isFromNow: boolean
  /** What is accepted and not known to be sealed. */
  tail: ConversationEntry[]
  /** So much of the tail came again since it is being sent again. */
  repeated: number
}

/** A place as one number. */
export const keyOf = ({ shard, index }: FeedPlace): number => shard * 2 ** 32 + index

/** What a record of entries brought. */
export interface Taken {
  /** Those that were not here before. */
  readonly fresh: readonly ConversationEntry[]
  /** Entries that were here as accepted are known to be sealed now. */
  readonly settled: boolean
}

const nothing: Taken = { fresh: [], settled: false }

/** What a reader has of each conversation that it follows, so that a new connection goes on where the old one broke. */
export class FollowedPlaces {
  private readonly byKey = new Map<number, Followed>()
  /** Those that have a tail. */
  private readonly unsettled = new Set<Followed>()

  add({ shard, index, from, after }: FeedCursor): void {
    const isFromNow = from === fromNow
    const place = { shard, index }
    this.remove(place)
    const next = isFromNow ? undefined : from
    this.byKey.set(keyOf(place), { place, next, after, isFromNow, tail: [], repeated: 0 })
  }

  has(place: FeedPlace): boolean {
    return this.byKey.has(keyOf(place))
  }

  /** Whether all that the block has of the conversation is sealed and here. */
  hasSealed(place: FeedPlace, block: bigint): boolean {
    return (this.byKey.get(keyOf(place))?.after ?? -1n) >= block
  }

  remove(place: FeedPlace): void {
    const followed = this.byKey.get(keyOf(place))
    if (followed === undefined) return
    this.unsettled.delete(followed)
    this.byKey.delete(keyOf(place))
  }

  /** Removes those of which something holds. */
  removeAll(matches: (place: FeedPlace) => boolean): void {
    for (const { place } of [...this.byKey.values()]) if (matches(place)) this.remove(place)
  }

  /** Where the reader goes on in each. What is not known to be sealed comes again. */
  cursors(): FeedCursor[] {
    return [...this.byKey.values()].map(({ place, next, after, isFromNow }) => ({
      ...place,
      from: isFromNow ? fromNow : (next ?? 0n),
      after,
    }))
  }

  /** All entries of blocks behind `after` come from here on. */
  live(places: readonly FeedPlace[], after: bigint): void {
    for (const place of places) {
      const followed = this.byKey.get(keyOf(place))
      if (followed === undefined) continue
      followed.isFromNow = false
      if (after > followed.after) followed.after = after
    }
  }

  /** Tails of these conversations are sent again from their beginning. */
  repeats(matches: (place: FeedPlace) => boolean): void {
    for (const followed of this.unsettled) if (matches(followed.place)) followed.repeated = 0
  }

  /** A block is sealed: what was accepted into it, and is not being sent again, is settled. @returns the conversations. */
  sealed(block: bigint): FeedPlace[] {
    const settled = [...this.unsettled].filter(
      ({ tail, repeated }) => repeated === tail.length && (tail[0] as ConversationEntry).block <= block,
    )
    for (const followed of settled) this.settle(followed, block)
    return settled.map(({ place }) => place)
  }

  /**
   * Takes in entries of one conversation; undefined when it is not followed any more.
   * @throws {ClientError} `FEED_GAP` when one is missing, or comes again; `ACCEPTED_REPLACED`.
   */
  take(place: FeedPlace, entries: readonly ConversationEntry[], isSealed: boolean): Taken | undefined {
    const followed = this.byKey.get(keyOf(place))
    if (followed === undefined) return undefined
    followed.isFromNow = false
    const fresh = entries.filter((entry) => !this.repeatsTail(followed, entry))
    let before = followed.tail.at(-1)?.block ?? followed.after
    let isFirst = followed.tail.length === 0
    for (const entry of fresh) {
      const expected = behind(followed.tail.at(-1)) ?? followed.next ?? entry.position
      if (entry.position !== expected) throw new ClientError({ code: 'FEED_GAP', expected, received: entry.position })
      // A block that has begun may go on; one that is behind may not.
      if (isFirst ? entry.block <= before : entry.block < before)
        throw new ClientError({ code: 'FEED_GAP', expected: before + 1n, received: entry.block })
      before = entry.block
      isFirst = false
      followed.tail.push(entry)
      followed.repeated = followed.tail.length
    }
    if (followed.tail.length > 0) this.unsettled.add(followed)
    if (!isSealed) return fresh.length === 0 ? nothing : { fresh, settled: false }
    const had = followed.tail.length - fresh.length
    const last = entries.at(-1)
    if (last !== undefined) this.settle(followed, last.block)
    return { fresh, settled: had > 0 }
  }

  /** Whether the entry is the next one of a tail that is sent again. */
  private repeatsTail(followed: Followed, entry: ConversationEntry): boolean {
    const known = followed.tail[followed.repeated]
    if (known === undefined) return false
    if (!sameBytes(ConversationEntryType.serialize(known), ConversationEntryType.serialize(entry)))
      throw replaced(known)
    followed.repeated += 1
    return true
  }

  private settle(followed: Followed, block: bigint): void {
    const { tail } = followed
    const settled = tail.filter((entry) => entry.block <= block)
    const missed = settled[followed.repeated]
    if (missed !== undefined) throw replaced(missed)
    followed.next = behind(settled.at(-1)) ?? followed.next
    if (block > followed.after) followed.after = block
    followed.tail = tail.slice(settled.length)
    followed.repeated -= settled.length
    if (followed.tail.length === 0) this.unsettled.delete(followed)
  }
}

/** Position of what follows an entry. */
function behind(entry: ConversationEntry | undefined): bigint | undefined {
  if (entry === undefined) return undefined
  return entry.event.selector === ConversationEventKind.message ? entry.position + 1n : entry.position
}

const replaced = ({ position, block }: ConversationEntry): ClientError =>
  new ClientError({ code: 'ACCEPTED_REPLACED', position, block })
