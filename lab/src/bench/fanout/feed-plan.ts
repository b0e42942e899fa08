import { type FeedLevel, recordHeadBytes, serverRecordTypes } from '@parley/api'

/** What a process of subscribers follows. It is handed over as a file. */
export interface FeedPlan {
  /** Server, as `http://…`. */
  readonly url: string
  /** Conversations, a feed for each. */
  readonly places: readonly FeedPlace[]
  /** Position of the first entry of every feed. */
  readonly from: number
  /** Entries that every feed has to get. */
  readonly count: number
  /** Where sealed blocks are followed, as the clock of sealing; undefined of a bare server. */
  readonly blocksUrl: string | undefined
  /** How early entries come. */
  readonly level: FeedLevel
}

export type FeedPlace = readonly [shard: number, index: number]

/** What the feeds got in one block. */
export interface FedBlock {
  /** Milliseconds since 1970 at which the block was there. */
  readonly atMs: number
  /** Numbers of the feeds, one for each entry. */
  readonly feeds: readonly number[]
}

/** What became of a plan. */
export interface FedResult {
  readonly delivered: number
  /** Entries that never came, came again, and came before one with a smaller position. */
  readonly lost: number
  readonly doubled: number
  readonly disordered: number
  /** Milliseconds from when the block was there to when its entry was, for each entry. */
  readonly afterBlockMs: readonly number[]
  readonly blocks: readonly FedBlock[]
  /** When each entry came, and the block, by its follower; milliseconds since 1970. */
  readonly entries: readonly (readonly [feed: number, position: number, atMs: number, blockAtMs: number])[]
}

/** Path that the bare server knows a feed by; Parley's is asked by a mutation. */
export const barePath = ([shard, index]: FeedPlace): string => `/${shard}/${index}`

/** SSZ of a conversation's entry that is a message. */
export const entryBytes = 128
export const blockAt = 8
export const timestampAt = 16

/** Where the list of entries begins in a record of entries, and how long an offset of it is. */
const listAt = recordHeadBytes + 10
const offsetBytes = 4
/** Where the entry lies in a frame of one message. */
export const onlyEntryAt = listAt + offsetBytes

/** Entries of a frame, all of them messages. What else a feed reports has none. */
export function* entriesIn(frame: Buffer): Generator<Buffer> {
  for (let at = 0; at < frame.length; ) {
    const record = frame.subarray(at, at + recordHeadBytes + frame.readUInt32LE(at + 1))
    at += record.length
    if (record[0] !== serverRecordTypes.entries.number) continue
    const first = listAt + record.readUInt32LE(listAt)
    for (let entry = first; entry < record.length; entry += entryBytes) yield record.subarray(entry, entry + entryBytes)
  }
}
