import { type FeedCursor, type FeedPlace, fromNow } from '@parley/api'
import { type ConversationEntry, ConversationEventKind } from '@parley/protocol/light'
import { ClientError } from '../faults.ts'

interface Followed {
  readonly place: FeedPlace
  /** Position of the next message; undefined until the first entry where no history was asked for. */
  next: bigint | undefined
  after: bigint
  /** Nothing was received, and since when is not known: history was not asked for and it is not live yet. */
  isFromNow: boolean
}

/** A place as one number. */
export const keyOf = ({ shard, index }: FeedPlace): number => shard * 2 ** 32 + index

/** What a reader has of each conversation that it follows, so that a new connection goes on where the old one broke. */
export class FollowedPlaces {
  private readonly byKey = new Map<number, Followed>()

  add({ shard, index, from, after }: FeedCursor): void {
    const isFromNow = from === fromNow
    const place = { shard, index }
    this.byKey.set(keyOf(place), { place, next: isFromNow ? undefined : from, after, isFromNow })
  }

  remove(place: FeedPlace): void {
    this.byKey.delete(keyOf(place))
  }

  /** Where the reader goes on in each. */
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

  /**
   * Takes in entries of one conversation; false when it is not followed any more.
   * @throws {ClientError} `FEED_GAP` when one is missing, or comes again.
   */
  take(place: FeedPlace, entries: readonly ConversationEntry[]): boolean {
    const followed = this.byKey.get(keyOf(place))
    if (followed === undefined) return false
    followed.isFromNow = false
    const before = followed.after
    for (const { position, block, event } of entries) {
      const expected = followed.next ?? position
      if (position !== expected) throw new ClientError({ code: 'FEED_GAP', expected, received: position })
      if (block <= before) throw new ClientError({ code: 'FEED_GAP', expected: before + 1n, received: block })
      followed.next = event.selector === ConversationEventKind.message ? position + 1n : position
      followed.after = block
    }
    return true
  }
}
