import {
  decodeServerFrame,
  encodeClientRecord,
  type FeedCursor,
  type FeedPlace,
  feedLevels,
  feedLimits,
  feedRoutes,
  fromNow,
  type Mutation,
  pathOf,
  RequestError,
  type ServerRecord,
} from '@parley/api'
import { type Bytes32, type ConversationEntry, sameBytes } from '@parley/protocol/light'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { FollowedPlaces, keyOf } from './followed-places.ts'
import { type FeedOptions, readFeed } from './resumable-feed.ts'

/** Where to begin in a conversation. */
export interface ConversationStart extends FeedPlace {
  /** Position of the first message of interest; without it nothing but what happens from now on comes. */
  readonly from?: bigint
  /** Last block of which the reader has all entries of the conversation. @default 0n */
  readonly after?: bigint
}

/** What a feed of many conversations gives. */
export type FeedUpdate =
  /** Entries of one conversation in one block, in order. */
  | { readonly kind: 'entries'; readonly place: FeedPlace; readonly entries: readonly ConversationEntry[] }
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
  /** Follows more; one that is followed begins anew. */
  add(starts: readonly ConversationStart[]): void
  /** Follows these no longer; what was received before may still be given. */
  remove(places: readonly FeedPlace[]): void
  /** Where a later feed goes on, for each conversation: kept over a restart of the application, nothing is lost or comes twice. */
  cursors(): FeedCursor[]
}

/**
 * Follows conversations as they are sealed, over as many connections as it takes. Positions are checked to be without
 * gaps; whether what is said is complete is for a node's proof to show. One iteration at a time.
 * @throws {ClientError} while iterating: `FEED_GAP`, `LINEAGE_ENDED` when claims were removed between two connections,
 * and what {@link readFeed} throws.
 */
export function followConversations(
  deps: ServerDeps,
  starts: readonly ConversationStart[],
  options: FeedOptions,
  signal: AbortSignal,
): ConversationsFeed {
  return new Feed(deps, starts, options, signal)
}

class Feed implements ConversationsFeed {
  private readonly followed = new FollowedPlaces()
  /** Mutations not answered yet on this connection, by their numbers. */
  private readonly underWay = new Map<number, Mutation>()
  /** How many of them name a conversation, by the key of its place. */
  private readonly changing = new Map<number, number>()
  private send: ((frame: Uint8Array) => void) | undefined
  private mutations = 0
  private epoch: Bytes32 | undefined
  private readonly deps: ServerDeps
  private readonly options: FeedOptions
  private readonly signal: AbortSignal

  constructor(deps: ServerDeps, starts: readonly ConversationStart[], options: FeedOptions, signal: AbortSignal) {
    this.deps = deps
    this.options = options
    this.signal = signal
    for (const start of starts) this.followed.add(cursorOf(start))
  }

  add(starts: readonly ConversationStart[]): void {
    const cursors = starts.map(cursorOf)
    for (const cursor of cursors) this.followed.add(cursor)
    this.mutateInParts(cursors, [])
  }

  remove(places: readonly FeedPlace[]): void {
    for (const place of places) this.followed.remove(place)
    this.mutateInParts([], places)
  }

  cursors(): FeedCursor[] {
    return this.followed.cursors()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FeedUpdate> {
    const { shown } = serverEndpoint(this.deps.url)
    const place = () => {
      this.underWay.clear()
      this.changing.clear()
      this.send = undefined
      return { path: pathOf(feedRoutes.live), from: 0n, opened: (send: (frame: Uint8Array) => void) => this.open(send) }
    }
    try {
      for await (const frame of readFeed(this.deps, place, this.options, this.signal))
        for (const record of decode(frame, shown)) yield* this.take(record, shown)
    } finally {
      this.send = undefined
    }
  }

  private open(send: (frame: Uint8Array) => void): void {
    this.send = send
    this.mutateInParts(this.followed.cursors(), [])
  }

  private mutateInParts(add: readonly FeedCursor[], remove: readonly FeedPlace[]): void {
    const atOnce = feedLimits.placesPerMutation
    for (let at = 0; at < Math.max(add.length, remove.length); at += atOnce)
      this.mutate(add.slice(at, at + atOnce), remove.slice(at, at + atOnce))
  }

  private mutate(add: readonly FeedCursor[], remove: readonly FeedPlace[]): void {
    if (this.send === undefined) return
    this.mutations += 1
    const mutation = { id: this.mutations, level: feedLevels.sealed, historyOnly: false, add, remove }
    this.underWay.set(mutation.id, mutation)
    for (const place of [...add, ...remove]) this.changing.set(keyOf(place), 1 + (this.changing.get(keyOf(place)) ?? 0))
    this.send(encodeClientRecord({ kind: 'mutate', value: mutation }))
  }

  /** What a record means to whoever reads. Records about what was changed meanwhile mean nothing. */
  private *take(record: ServerRecord, url: string): Generator<FeedUpdate> {
    const { kind, value } = record
    if (kind === 'started') this.begin(value.epoch, value.head, url)
    else if (kind === 'mutated') this.answered(value.id)
    else if (kind === 'refused') yield* this.refused(value.id, new TextDecoder().decode(value.code), value.places)
    else if (kind === 'live') {
      const places = value.places.filter((place) => !this.isChanging(place))
      this.followed.live(places, value.after)
      if (places.length > 0) yield { kind, places }
    } else if ('place' in value && !this.isChanging(value.place)) {
      const { place } = value
      if (kind === 'gone') this.followed.remove(place)
      if (kind === 'gone' || kind === 'behind') yield { kind, place, from: value.from }
      else if (kind === 'entries' && this.followed.take(place, value.entries))
        yield { kind, place, entries: value.entries }
    }
  }

  /** Entries before a removal of claims may be others now: whoever has some must know. */
  private begin(epoch: Bytes32, head: bigint, url: string): void {
    if (this.epoch !== undefined && !sameBytes(this.epoch, epoch))
      throw new ClientError({ code: 'LINEAGE_ENDED', url, from: head + 1n, reason: 'the server began another epoch' })
    this.epoch = epoch
  }

  /** Whether a mutation that the server has not answered names the conversation. */
  private isChanging(place: FeedPlace): boolean {
    return this.changing.has(keyOf(place))
  }

  private answered(id: number): void {
    const { add = [], remove = [] } = this.underWay.get(id) ?? {}
    this.underWay.delete(id)
    for (const place of [...add, ...remove]) {
      const left = (this.changing.get(keyOf(place)) ?? 0) - 1
      if (left > 0) this.changing.set(keyOf(place), left)
      else this.changing.delete(keyOf(place))
    }
  }

  private *refused(id: number, code: string, named: readonly FeedPlace[]): Generator<FeedUpdate> {
    const whole = named.length === 0
    const places = whole ? (this.underWay.get(id)?.add ?? []).map(({ shard, index }) => ({ shard, index })) : named
    if (whole) this.answered(id)
    for (const place of places) this.followed.remove(place)
    yield { kind: 'refused', code, places }
  }
}

function cursorOf({ shard, index, from = fromNow, after = 0n }: ConversationStart): FeedCursor {
  return { shard, index, from, after }
}

function decode(frame: Uint8Array, url: string): ServerRecord[] {
  try {
    return decodeServerFrame(frame)
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause
    throw new ClientError({ code: 'ANSWER_INVALID', url, reason: 'a frame is not that of a feed' }, { cause })
  }
}
