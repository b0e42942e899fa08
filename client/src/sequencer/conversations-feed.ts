import {
  type ClientRecord,
  type FeedCursor,
  type FeedLevel,
  type FeedPlace,
  feedLevels,
  feedLimits,
  fromNow,
  type ServerRecord,
} from '@parley/api'
import type { ConversationEntry } from '@parley/protocol/light'
import type { ServerDeps } from '../http.ts'
import { FollowedPlaces, keyOf } from './followed-places.ts'
import { type Change, LiveFeed, type LiveFeedOptions, type Topics } from './live-feed.ts'

/** Where to begin in a conversation. */
export interface ConversationStart extends FeedPlace {
  /** Position of the first message of interest; without it nothing but what happens from now on comes. */
  readonly from?: bigint
  /** Last block of which the reader has all entries of the conversation. @default 0n */
  readonly after?: bigint
}

/** Entries of one conversation in one block, in order. */
export interface EntriesUpdate {
  readonly kind: 'entries'
  readonly place: FeedPlace
  /** Accepted ones are durable, and in the block that they name once it is sealed. */
  readonly level: FeedLevel
  readonly entries: readonly ConversationEntry[]
}

/** What was given of these conversations as accepted, up to this block, is sealed. */
export interface SealedUpdate {
  readonly kind: 'sealed'
  readonly block: bigint
  readonly places: readonly FeedPlace[]
}

/** What a feed of many conversations gives. */
export type FeedUpdate =
  | EntriesUpdate
  | SealedUpdate
  /** All that happened before was given; the next entries are new. Comes again after each reconnection. */
  | { readonly kind: 'live'; readonly places: readonly FeedPlace[] }
  /** The server no longer has what lies before position `from`, and does not follow the conversation: ask a node, then add it again. */
  | { readonly kind: 'gone'; readonly place: FeedPlace; readonly from: bigint }
  /** This reader is too slow for the conversation; what was left out comes later. */
  | { readonly kind: 'behind'; readonly place: FeedPlace; readonly from: bigint }
  /** The server does not follow these. `code` is that of a fault. */
  | { readonly kind: 'refused'; readonly code: string; readonly places: readonly FeedPlace[] }

/** Many conversations over one connection at a time. */
export interface ConversationsFeed extends AsyncIterable<FeedUpdate> {
  /** Whether a connection is open; one that broke is noticed when the next one is tried. */
  readonly isOpen: boolean
  /** Follows more; one that is followed begins anew. */
  add(starts: readonly ConversationStart[]): void
  /** Follows these no longer; what was received before may still be given. */
  remove(places: readonly FeedPlace[]): void
  /**
   * Where a later feed goes on, for each conversation: kept over a restart of the application, nothing is lost, and nothing
   * comes twice but what was accepted and not sealed.
   */
  cursors(): FeedCursor[]
}

/**
 * Follows conversations over as many connections as it takes. Positions are checked to be without gaps, and what was
 * accepted to be sealed as it was; whether what is said is complete is for a node's proof to show. One iteration at a time.
 * @throws {ClientError} while iterating: `FEED_GAP`, `ACCEPTED_REPLACED`, `LINEAGE_ENDED` when claims were removed between
 * two connections, and what {@link readFeed} throws.
 */
export function followConversations(
  deps: ServerDeps,
  starts: readonly ConversationStart[],
  options: LiveFeedOptions,
  signal: AbortSignal,
): ConversationsFeed {
  const topics = new Conversations()
  const feed = new LiveFeed<FeedCursor, FeedPlace, FeedUpdate>(deps, topics, options, signal)
  const add = (more: readonly ConversationStart[]): void => {
    const cursors = more.map(cursorOf)
    for (const cursor of cursors) topics.followed.add(cursor)
    feed.change({ add: cursors, remove: [] })
  }
  add(starts)
  return {
    get isOpen() {
      return feed.isOpen
    },
    add,
    remove(places) {
      for (const place of places) topics.followed.remove(place)
      feed.change({ add: [], remove: places })
    },
    cursors: () => topics.cursors(),
    [Symbol.asyncIterator]: () => feed[Symbol.asyncIterator](),
  }
}

class Conversations implements Topics<FeedCursor, FeedPlace, FeedUpdate> {
  readonly followed = new FollowedPlaces()
  readonly atOnce = feedLimits.placesPerMutation
  readonly keyOf = keyOf

  request(id: number, level: number, { add, remove }: Change<FeedCursor, FeedPlace>): ClientRecord {
    return { kind: 'mutate', value: { id, level, historyOnly: false, add, remove } }
  }

  cursors(): FeedCursor[] {
    return this.followed.cursors()
  }

  begin(): void {
    this.followed.repeats(() => true)
  }

  /** Records about what was changed meanwhile mean nothing. */
  *take({ kind, value }: ServerRecord, isChanging: (place: FeedPlace) => boolean): Generator<FeedUpdate> {
    if (kind === 'sealed') yield* sealedUpdate(this.followed.sealed(value.header.number), value.header.number)
    else if (kind === 'live') {
      const places = value.places.filter((place) => !isChanging(place))
      this.followed.live(places, value.after)
      if (places.length > 0) yield { kind, places }
    } else if ('place' in value && !isChanging(value.place)) {
      const { place } = value
      if (kind === 'gone') this.followed.remove(place)
      if (kind === 'behind') this.followed.repeats((each) => keyOf(each) === keyOf(place))
      if (kind === 'gone' || kind === 'behind') yield { kind, place, from: value.from }
      else if (kind === 'entries') yield* takeEntries(this.followed, value)
    }
  }

  *refused(
    code: string,
    change: Change<FeedCursor, FeedPlace>,
    { value }: ServerRecord & { readonly kind: 'refused' },
  ): Generator<FeedUpdate> {
    const whole = value.places.length === 0
    const places = whole ? change.add.map(({ shard, index }) => ({ shard, index })) : value.places
    for (const place of places) this.followed.remove(place)
    yield { kind: 'refused', code, places }
  }
}

/** What a record of entries means to whoever reads. */
export function* takeEntries(
  followed: FollowedPlaces,
  { place, level, entries }: (ServerRecord & { readonly kind: 'entries' })['value'],
): Generator<EntriesUpdate | SealedUpdate> {
  const isSealed = level === feedLevels.sealed
  const taken = followed.take(place, entries, isSealed)
  if (taken === undefined) return
  const { fresh, settled } = taken
  if (fresh.length > 0) yield { kind: 'entries', place, level: isSealed ? 'sealed' : 'accepted', entries: fresh }
  const last = entries.at(-1)
  if (settled && last !== undefined) yield* sealedUpdate([place], last.block)
}

export function* sealedUpdate(places: readonly FeedPlace[], block: bigint): Generator<SealedUpdate> {
  if (places.length > 0) yield { kind: 'sealed', block, places }
}

function cursorOf({ shard, index, from = fromNow, after = 0n }: ConversationStart): FeedCursor {
  return { shard, index, from, after }
}
