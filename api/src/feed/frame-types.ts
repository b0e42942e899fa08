import { BooleanType, ByteListType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { Bytes32Type, ConversationEntryType, Uint8Type, Uint32Type, Uint64Type } from '@parley/protocol/light'

/** Bounds of frames. @see docs/spec/feed.md */
export const feedLimits = {
  /** Conversations that one mutation adds, and that it removes. */
  placesPerMutation: 4_096,
  /** Entries of one record. */
  entriesPerRecord: 65_536,
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

/** The `from` of a cursor that asks for no history. */
export const fromNow = 2n ** 64n - 1n

/** How settled what a feed tells is, as frames carry it. */
export const feedLevels = { accepted: 1, sealed: 2 } as const
export type FeedLevel = keyof typeof feedLevels

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

/** What a client sends, by the number that stands before it. */
export const clientRecordTypes = {
  mutate: { number: 1, type: MutateType },
  ping: { number: 2, type: new ContainerType(id, { typeName: 'Ping' }) },
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
} as const
