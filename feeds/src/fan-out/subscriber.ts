import { encodeServerRecord, type FeedBucket, type FeedLevel, feedLimits, type ServerValues } from '@parley/api'
import type { ConversationPlace } from '../conversations/place.ts'

/** Where the frames of one subscriber go. */
export interface Sink {
  /** Takes a frame of whole records; never waits. */
  send(frame: Uint8Array): void
  /** Bytes that were taken and have not left. */
  readonly waiting: number
  /** So much waits that live entries are no longer added. */
  readonly isFull: boolean
  /** Charges for blocks read. */
  owe(tokens: number): void
  /** Ends the subscriber after a defect. */
  fail(error: unknown): void
}

/** A change of which some conversations or buckets are not caught up yet. */
export interface Progress {
  readonly id: number
  left: number
}

interface CatchingUp {
  readonly subscriber: Subscriber
  readonly key: number
  /** At which it goes on live. */
  readonly level: FeedLevel
  /** Nothing of this block or of those before it is sent. */
  after: bigint
  readonly historyOnly: boolean
  /** Undefined for one that was live and fell behind. */
  readonly progress: Progress | undefined
  /** Removed meanwhile: what is under way for it is dropped. */
  cancelled: boolean
}

/** A conversation whose history a subscriber is being sent. */
export interface PlaceCatchUp extends CatchingUp {
  readonly bucket: undefined
  readonly place: ConversationPlace
  /** Nothing before this position is sent. */
  readonly from: bigint
  /** Position of the first entry that is known to be kept. */
  kept: bigint | undefined
  /** Blocks found by walking back and not sent yet, latest first. */
  readonly found: bigint[]
  /** Block that the walk back comes to next; undefined while none is under way. */
  walk: bigint | undefined
}

/** A bucket whose history a subscriber is being sent, block after block. */
export interface BucketCatchUp extends CatchingUp {
  readonly bucket: FeedBucket
}

export type CatchUp = PlaceCatchUp | BucketCatchUp

/** What one subscriber follows of one kind, conversations or buckets, by their keys. */
export class Followed {
  readonly live: Readonly<Record<FeedLevel, Set<number>>> = { accepted: new Set(), sealed: new Set() }
  readonly catchingUp = new Map<number, CatchUp>()

  /** Caught up or not. */
  get size(): number {
    return this.live.accepted.size + this.live.sealed.size + this.catchingUp.size
  }

  has(key: number): boolean {
    return this.live.sealed.has(key) || this.live.accepted.has(key) || this.catchingUp.has(key)
  }

  clear(): void {
    this.live.accepted.clear()
    this.live.sealed.clear()
    this.catchingUp.clear()
  }
}

/** Bytes of one frame beyond which the next record begins another. */
const frameBytes = 64 * 1024
/** Bytes that may wait in a subscriber before no more history is read for it: so much delays live entries at most. */
const historyRoom = 256 * 1024

/** One reader of many conversations, and what it is to be sent, in order. */
export class Subscriber {
  readonly places = new Followed()
  readonly buckets = new Followed()
  /** Those that wait for room. */
  readonly parked = new Set<CatchUp>()
  readonly sink: Sink
  private readonly onPushed: (subscriber: Subscriber) => void
  private queue: Uint8Array[] = []
  private queued = 0
  private joined: ConversationPlace[] = []
  private watching: FeedBucket[] = []
  private joinedAfter = 0n

  constructor(sink: Sink, onPushed: (subscriber: Subscriber) => void) {
    this.sink = sink
    this.onPushed = onPushed
  }

  /** Conversations and buckets that it follows. */
  get size(): number {
    return this.places.size + this.buckets.size
  }

  get isFull(): boolean {
    return this.sink.isFull
  }

  get hasRoom(): boolean {
    return !this.sink.isFull && this.sink.waiting + this.queued < historyRoom
  }

  /** Tells something, after all that was told before. */
  tell<K extends keyof ServerValues>(kind: K, value: ServerValues[K]): void {
    this.push(encodeServerRecord(kind, value))
  }

  /** From the block behind `after` on the conversation is live. Those that become it together are told in one record. */
  tellLive(place: ConversationPlace, after: bigint): void {
    this.joined.push(place)
    // Right for those before, too: nothing was pushed since.
    this.joinedAfter = after
    if (this.joined.length === feedLimits.placesPerMutation) this.pushJoined()
    this.onPushed(this)
  }

  /** As `tellLive`, of a bucket. */
  tellWatching(bucket: FeedBucket, after: bigint): void {
    this.watching.push(bucket)
    this.joinedAfter = after
    if (this.watching.length === feedLimits.bucketsPerWatch) this.pushJoined()
    this.onPushed(this)
  }

  /** Takes a whole record. */
  push(record: Uint8Array): void {
    this.pushJoined()
    this.enqueue(record)
    this.onPushed(this)
  }

  /** Sends what was pushed, in as few frames as they fit into. */
  flush(): void {
    this.pushJoined()
    const { queue } = this
    if (queue.length === 0) return
    this.queue = []
    this.queued = 0
    let start = 0
    let bytes = 0
    queue.forEach((record, i) => {
      if (i > start && bytes + record.length > frameBytes) {
        this.sink.send(frameOf(queue.slice(start, i)))
        start = i
        bytes = 0
      }
      bytes += record.length
    })
    this.sink.send(frameOf(queue.slice(start)))
  }

  private enqueue(record: Uint8Array): void {
    this.queue.push(record)
    this.queued += record.length
  }

  private pushJoined(): void {
    const { joined: places, watching: buckets, joinedAfter: after } = this
    if (places.length > 0) {
      this.joined = []
      this.enqueue(encodeServerRecord('live', { after, places }))
    }
    if (buckets.length > 0) {
      this.watching = []
      this.enqueue(encodeServerRecord('watching', { after, buckets }))
    }
  }
}

/** One record is a frame as it is, shared with others who are sent it. */
function frameOf(records: readonly Uint8Array[]): Uint8Array {
  return records.length === 1 ? (records[0] as Uint8Array) : Buffer.concat(records)
}
