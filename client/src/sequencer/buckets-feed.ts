import {
  type BucketCursor,
  type ClientRecord,
  type FeedBucket,
  type FeedPlace,
  feedLimits,
  fromNow,
  type ServerRecord,
} from '@parley/api'
import type { ServerDeps } from '../http.ts'
import { type EntriesUpdate, type SealedUpdate, sealedUpdate, takeEntries } from './conversations-feed.ts'
import { FollowedPlaces } from './followed-places.ts'
import { type Change, LiveFeed, type LiveFeedOptions, type Topics } from './live-feed.ts'

/** Where to begin in a bucket. */
export interface BucketStart extends FeedBucket {
  /** Last block of which the reader has everything; without it nothing but what happens from now on comes. */
  readonly after?: bigint
}

/** What a feed of buckets gives: everything that happens in any of their conversations. */
export type BucketUpdate =
  | EntriesUpdate
  | SealedUpdate
  /** All that happened before was given; the next entries are new. Comes again after each reconnection. */
  | { readonly kind: 'watching'; readonly buckets: readonly FeedBucket[] }
  /** The server no longer has the block behind `after`, and does not watch the bucket. */
  | { readonly kind: 'forgotten'; readonly bucket: FeedBucket; readonly after: bigint }
  /** This reader is too slow for the bucket; what was left out comes later. */
  | { readonly kind: 'trailing'; readonly bucket: FeedBucket; readonly after: bigint }
  /** The server does not watch these. `code` is that of a fault. */
  | { readonly kind: 'refused'; readonly code: string; readonly buckets: readonly FeedBucket[] }

/** Whole buckets of conversations over one connection at a time. */
export interface BucketsFeed extends AsyncIterable<BucketUpdate> {
  /** Watches more; one that is watched begins anew. */
  add(starts: readonly BucketStart[]): void
  remove(buckets: readonly FeedBucket[]): void
  /** Where a later feed goes on, for each bucket: nothing is lost, and entries of the last block may come again. */
  cursors(): BucketCursor[]
}

/**
 * Watches buckets of conversations over as many connections as it takes, so that the server does not learn which of their
 * conversations are read. Throws as {@link followConversations}. One iteration at a time.
 */
export function watchBuckets(
  deps: ServerDeps,
  starts: readonly BucketStart[],
  options: LiveFeedOptions,
  signal: AbortSignal,
): BucketsFeed {
  const topics = new Buckets()
  const feed = new LiveFeed<BucketCursor, FeedBucket, BucketUpdate>(deps, topics, options, signal)
  const add = (more: readonly BucketStart[]): void => {
    const cursors = more.map(({ shard, bits, prefix, after = fromNow }) => ({ shard, bits, prefix, after }))
    for (const cursor of cursors) topics.add(cursor)
    feed.change({ add: cursors, remove: [] })
  }
  add(starts)
  return {
    add,
    remove(buckets) {
      for (const bucket of buckets) topics.remove(bucket)
      feed.change({ add: [], remove: buckets })
    },
    cursors: () => topics.cursors(),
    [Symbol.asyncIterator]: () => feed[Symbol.asyncIterator](),
  }
}

interface Watched {
  readonly bucket: FeedBucket
  /** Last block of which everything is here; 2^64 − 1 before the server said where it began. */
  after: bigint
  isLive: boolean
}

const bucketKey = ({ shard, bits, prefix }: FeedBucket): string => `${shard}/${bits}/${prefix}`

const isIn = ({ shard, index }: FeedPlace, { shard: own, bits, prefix }: FeedBucket): boolean =>
  shard === own && index % 2 ** bits === prefix

class Buckets implements Topics<BucketCursor, FeedBucket, BucketUpdate> {
  readonly atOnce = feedLimits.bucketsPerWatch
  readonly keyOf = bucketKey
  private readonly watched = new Map<string, Watched>()
  /** How many bits buckets had that were ever watched. */
  private readonly bits = new Set<number>()
  private readonly followed = new FollowedPlaces()

  add({ after, ...bucket }: BucketCursor): void {
    this.remove(bucket)
    this.bits.add(bucket.bits)
    this.watched.set(bucketKey(bucket), { bucket, after, isLive: false })
  }

  remove(bucket: FeedBucket): void {
    this.watched.delete(bucketKey(bucket))
    this.followed.removeAll((place) => this.of(place).length === 0)
  }

  request(id: number, level: number, change: Change<BucketCursor, FeedBucket>): ClientRecord {
    return { kind: 'watch', value: { id, level, ...change } }
  }

  cursors(): BucketCursor[] {
    return [...this.watched.values()].map(({ bucket, after }) => ({ ...bucket, after }))
  }

  begin(): void {
    this.followed.repeats(() => true)
    for (const watched of this.watched.values()) watched.isLive = false
  }

  *take(record: ServerRecord, isChanging: (bucket: FeedBucket) => boolean): Generator<BucketUpdate> {
    const { kind, value } = record
    if (kind === 'pong') this.has(value.head)
    else if (kind === 'sealed') yield* sealedUpdate(this.followed.sealed(value.header.number), value.header.number)
    else if (kind === 'entries') yield* this.entries(value, isChanging)
    else if (kind === 'watching') {
      const buckets = value.buckets.filter((bucket) => !isChanging(bucket))
      for (const bucket of buckets) this.begins(bucket, value.after)
      if (buckets.length > 0) yield { kind, buckets }
    } else if ((kind === 'forgotten' || kind === 'trailing') && !isChanging(value.bucket)) {
      const { bucket, after } = value
      if (kind === 'forgotten') this.remove(bucket)
      else this.trails(bucket)
      yield { kind, bucket, after }
    }
  }

  *refused(code: string, { add }: Change<BucketCursor, FeedBucket>): Generator<BucketUpdate> {
    const buckets = add.map(({ shard, bits, prefix }) => ({ shard, bits, prefix }))
    for (const bucket of buckets) this.remove(bucket)
    yield { kind: 'refused', code, buckets }
  }

  private *entries(
    value: (ServerRecord & { readonly kind: 'entries' })['value'],
    isChanging: (bucket: FeedBucket) => boolean,
  ): Generator<EntriesUpdate | SealedUpdate> {
    const { place, entries } = value
    const first = entries[0]
    const watched = this.of(place).filter(({ bucket }) => !isChanging(bucket))
    if (watched.length === 0 || first === undefined) return
    // All of the blocks before were told.
    for (const each of watched)
      if (each.after !== fromNow && first.block - 1n > each.after) each.after = first.block - 1n
    if (!this.followed.has(place)) this.followed.add({ ...place, from: fromNow, after: 0n })
    // Of the block in which a connection broke everything comes again.
    if (!this.followed.hasSealed(place, first.block)) yield* takeEntries(this.followed, value)
  }

  private of({ shard, index }: FeedPlace): Watched[] {
    const keys = [...this.bits].map((bits) => bucketKey({ shard, bits, prefix: index % 2 ** bits }))
    return keys.map((key) => this.watched.get(key)).filter((watched) => watched !== undefined)
  }

  /** Everything of the blocks up to `head` was told of what is live. */
  private has(head: bigint): void {
    for (const watched of this.watched.values()) if (watched.isLive && head > watched.after) watched.after = head
  }

  private begins(bucket: FeedBucket, after: bigint): void {
    const watched = this.watched.get(bucketKey(bucket))
    if (watched === undefined) return
    watched.isLive = true
    if (watched.after === fromNow || after > watched.after) watched.after = after
  }

  private trails(bucket: FeedBucket): void {
    const watched = this.watched.get(bucketKey(bucket))
    if (watched === undefined) return
    watched.isLive = false
    this.followed.repeats((place) => isIn(place, bucket))
  }
}
