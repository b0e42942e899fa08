import { BooleanType, ByteListType, ByteVectorType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import {
  BlockHeaderType,
  Bytes32Type,
  ConversationEntryType,
  Uint8Type,
  Uint16Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol/light'

/** Bounds of frames. @see docs/spec/feed.md */
export const feedLimits = {
  /** Conversations that one mutation adds, and that it removes. */
  placesPerMutation: 4_096,
  /** Buckets that one record adds, and that it removes. */
  bucketsPerWatch: 1_024,
  /** Low bits of an index that a bucket is told by at most. */
  bucketBits: 32,
  /** Entries of one record. */
  entriesPerRecord: 65_536,
  /** Bytes of the name of a feed over HTTP. */
  sessionBytes: 16,
  /** Milliseconds that one request waits for frames at most. */
  waitMs: 60_000,
  /** Bytes of what a client sends at once. */
  clientFrameBytes: 256 * 1024,
} as const

/** Where a conversation lies: 5 bytes. */
export const FeedPlaceType = new ContainerType({ shard: Uint8Type, index: Uint32Type }, { typeName: 'FeedPlace' })
export interface FeedPlace {
  readonly shard: number
  readonly index: number
}

/**
 * Where a reader goes on in a conversation: 21 bytes. It has everything before position `from`, and everything in blocks
 * up to `after` (0: in none). `from` of 2^64 − 1 asks for no history.
 */
export const FeedCursorType = new ContainerType(
  { shard: Uint8Type, index: Uint32Type, from: Uint64Type, after: Uint64Type },
  { typeName: 'FeedCursor' },
)
export interface FeedCursor extends FeedPlace {
  readonly from: bigint
  readonly after: bigint
}

/**
 * All conversations of a shard whose index has `prefix` as its low `bits` bits: 6 bytes. Of 0 bits, the whole shard.
 */
export const FeedBucketType = new ContainerType(
  { shard: Uint8Type, bits: Uint8Type, prefix: Uint32Type },
  { typeName: 'FeedBucket' },
)
export interface FeedBucket {
  readonly shard: number
  readonly bits: number
  readonly prefix: number
}

/** Where a reader goes on in a bucket: it has everything in blocks up to `after`. 2^64 − 1 asks for no history. */
export const BucketCursorType = new ContainerType(
  { shard: Uint8Type, bits: Uint8Type, prefix: Uint32Type, after: Uint64Type },
  { typeName: 'BucketCursor' },
)
export interface BucketCursor extends FeedBucket {
  readonly after: bigint
}

/** The `from` of a cursor, and the `after` of a bucket's, that asks for no history. */
export const fromNow = 2n ** 64n - 1n

/** How settled what a feed tells is, as frames carry it. */
export const feedLevels = { accepted: 1, sealed: 2 } as const
export type FeedLevel = keyof typeof feedLevels

const buckets = new ListCompositeType(FeedBucketType, feedLimits.bucketsPerWatch)
const places = new ListCompositeType(FeedPlaceType, feedLimits.placesPerMutation)
const id = { id: Uint32Type }

const MutateType = new ContainerType(
  {
    id: Uint32Type,
    level: Uint8Type,
    historyOnly: new BooleanType(),
    add: new ListCompositeType(FeedCursorType, feedLimits.placesPerMutation),
    remove: places,
  },
  { typeName: 'Mutate' },
)

const WatchType = new ContainerType(
  {
    id: Uint32Type,
    level: Uint8Type,
    add: new ListCompositeType(BucketCursorType, feedLimits.bucketsPerWatch),
    remove: buckets,
  },
  { typeName: 'Watch' },
)

/** What a client sends, by the number that stands before it. */
export const clientRecordTypes = {
  mutate: { number: 1, type: MutateType },
  ping: { number: 2, type: new ContainerType(id, { typeName: 'Ping' }) },
  watch: { number: 3, type: WatchType },
} as const

/** Entries of one conversation, in order. */
const FeedEntriesType = new ContainerType(
  {
    place: FeedPlaceType,
    level: Uint8Type,
    entries: new ListCompositeType(ConversationEntryType, feedLimits.entriesPerRecord),
  },
  { typeName: 'FeedEntries' },
)

const fromPosition = { place: FeedPlaceType, from: Uint64Type }

/** What a server sends, by the number that stands before it. */
export const serverRecordTypes = {
  started: {
    number: 17,
    type: new ContainerType(
      {
        keepaliveMs: Uint32Type,
        maxPlaces: Uint32Type,
        levels: Uint8Type,
        epoch: Bytes32Type,
        head: Uint64Type,
      },
      { typeName: 'Started' },
    ),
  },
  mutated: { number: 18, type: new ContainerType(id, { typeName: 'Mutated' }) },
  entries: { number: 19, type: FeedEntriesType },
  caughtUp: { number: 20, type: new ContainerType(id, { typeName: 'CaughtUp' }) },
  live: { number: 21, type: new ContainerType({ after: Uint64Type, places }, { typeName: 'Live' }) },
  gone: { number: 22, type: new ContainerType(fromPosition, { typeName: 'Gone' }) },
  behind: { number: 23, type: new ContainerType(fromPosition, { typeName: 'Behind' }) },
  pong: { number: 24, type: new ContainerType({ id: Uint32Type, head: Uint64Type }, { typeName: 'Pong' }) },
  refused: {
    number: 25,
    type: new ContainerType({ id: Uint32Type, code: new ByteListType(64), places }, { typeName: 'Refused' }),
  },
  sealed: {
    number: 26,
    type: new ContainerType({ header: BlockHeaderType, signature: new ByteVectorType(65) }, { typeName: 'Sealed' }),
  },
  watching: {
    number: 27,
    type: new ContainerType({ after: Uint64Type, buckets }, { typeName: 'Watching' }),
  },
  forgotten: {
    number: 28,
    type: new ContainerType({ bucket: FeedBucketType, after: Uint64Type }, { typeName: 'Forgotten' }),
  },
  trailing: {
    number: 29,
    type: new ContainerType({ bucket: FeedBucketType, after: Uint64Type }, { typeName: 'Trailing' }),
  },
  session: {
    number: 30,
    type: new ContainerType({ session: new ByteVectorType(feedLimits.sessionBytes) }, { typeName: 'Session' }),
  },
  closed: {
    number: 31,
    type: new ContainerType({ code: Uint16Type, reason: new ByteListType(128) }, { typeName: 'Closed' }),
  },
} as const
