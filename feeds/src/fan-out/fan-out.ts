import { type BucketCursor, type FeedCursor, type FeedLevel, feedLevels, type Mutation, type Watch } from '@parley/api'
import type { Clock } from '@parley/runtime'
import { type AcceptedEntry, type AcceptedEvent, type AcceptedRun, AcceptedTail } from '../accepted/accepted-tail.ts'
import { placeKey, placeOfKey } from '../conversations/place.ts'
import type { BlockEntries } from '../entries/block-entries.ts'
import { entriesRecord } from '../entries/entry-bytes.ts'
import { Audience } from './audience.ts'
import type { BlockSupply } from './block-supply.ts'
import { bucketKey, bucketOfKey, bucketOfPlace } from './bucket.ts'
import { bucketCatchUp, type CatchUpTerms, isFromNow, placeCatchUp } from './catch-up.ts'
import { CatchUps } from './catch-ups.ts'
import { Outbox } from './outbox.ts'
import { type CatchUp, type Progress, type Sink, Subscriber } from './subscriber.ts'

export interface FanOutDeps {
  readonly supply: BlockSupply
  readonly clock: Pick<Clock, 'elapsed'>
  /** Runs something after everything else has had its turn. @default setImmediate */
  readonly later?: (run: () => void) => void
}

export interface FanOutOptions {
  /** Number of the last block sealed before the first one told of. */
  readonly head: bigint
  /** Milliseconds that catching up, or sending, takes at once before everything else has its turn. */
  readonly sliceMs: number
}

/** Entries of one conversation that are to be told, and where whoever has no room for them goes on. */
interface Telling {
  readonly key: number
  readonly record: Uint8Array
  /** Last block of which all was told. */
  readonly after: bigint
  /** Position of the first entry of the conversation behind that block. */
  readonly first: bigint
}

/**
 * Sends entries of conversations to those who follow them. A block's runs are walked once, the entries of a followed
 * conversation are encoded once, and nobody else is touched. Who catches up is sent history in slices of time, and joins
 * those who are live between two blocks: no entry is left out and none comes twice.
 */
export class FanOut {
  /** Number of the last block told of. */
  head: bigint
  private readonly live: Readonly<Record<FeedLevel, Audience>> = { accepted: new Audience(), sealed: new Audience() }
  private readonly tail: AcceptedTail
  private readonly catchUps: CatchUps
  private readonly outbox: Outbox
  private readonly supply: BlockSupply

  constructor(deps: FanOutDeps, { head, sliceMs }: FanOutOptions) {
    const { supply, clock, later = (run) => void setImmediate(run) } = deps
    this.supply = supply
    this.head = head
    this.tail = new AcceptedTail(supply)
    this.outbox = new Outbox(clock, later, sliceMs)
    const catchUps = {
      supply,
      clock,
      later,
      head: () => this.head,
      join: (catchUp: CatchUp) => this.join(catchUp),
      gone: (catchUp: CatchUp) => this.tellGone(catchUp),
    }
    this.catchUps = new CatchUps(catchUps, sliceMs)
  }

  /** Conversations and buckets followed live, by all subscribers together. */
  get liveSubscriptions(): number {
    return this.live.accepted.size + this.live.sealed.size
  }

  /** Whether somebody waits for blocks; otherwise their entries need not be looked at. */
  get isFollowed(): boolean {
    return this.liveSubscriptions > 0
  }

  /**
   * Tells of the block after the head, which the supply has by now.
   * @param entries - Asked for when somebody is live.
   */
  add(number: bigint, entries: () => BlockEntries): void {
    this.head = number
    const { told, released } = this.tail.sealed(number)
    if (this.isFollowed) this.deliver(entries(), told)
    for (const run of released) this.tellAccepted(run)
    this.catchUps.blockCame()
  }

  /**
   * A block is open: what is accepted into it is told of from here on.
   * @param withheld - Shards of which nothing is told before the block is sealed.
   */
  opened(number: bigint, withheld: ReadonlySet<number> | 'all'): void {
    this.tail.opened(number, withheld)
  }

  /**
   * Tells of what is durable and will be in the open block, in its order.
   * @param events - Asked for when somebody follows at this level.
   */
  accept(number: bigint, events: () => readonly AcceptedEvent[]): void {
    if (this.live.accepted.size === 0) this.tail.keep(number, events)
    else this.tellAccepted({ block: number, entries: this.tail.take(number, events()) })
  }

  /** A new reader, of nothing yet. */
  subscribe(sink: Sink): Subscriber {
    return new Subscriber(sink, (subscriber) => this.outbox.add(subscriber))
  }

  /** Changes what a subscriber follows. After `Mutated` nothing of what was removed is sent. */
  mutate(subscriber: Subscriber, { id, level, historyOnly, add, remove }: Mutation): void {
    subscriber.tell('mutated', { id })
    for (const place of remove) this.drop(subscriber, placeKey(place), false)
    for (const place of add) this.drop(subscriber, placeKey(place), false)
    const terms = { level: levelOf(level), historyOnly, progress: { id, left: add.length } }
    for (const cursor of add) this.begin(placeCatchUp(subscriber, cursor, terms))
    if (add.length === 0) subscriber.tell('caughtUp', { id })
  }

  /** As `mutate`, of buckets. */
  watch(subscriber: Subscriber, { id, level, add, remove }: Watch): void {
    subscriber.tell('mutated', { id })
    for (const bucket of remove) this.drop(subscriber, bucketKey(bucket), true)
    for (const bucket of add) this.drop(subscriber, bucketKey(bucket), true)
    const progress: Progress = { id, left: add.length }
    const terms = { level: levelOf(level), historyOnly: false, progress }
    for (const cursor of add) this.begin(bucketCatchUp(subscriber, cursor, terms))
    if (add.length === 0) subscriber.tell('caughtUp', { id })
  }

  /** A subscriber's frames have left: it may be sent more history. */
  roomAgain(subscriber: Subscriber): void {
    if (subscriber.parked.size === 0 || !subscriber.hasRoom) return
    const parked = [...subscriber.parked]
    subscriber.parked.clear()
    for (const catchUp of parked) this.catchUps.schedule(catchUp)
  }

  /** Ends a subscriber: nothing more is sent to it. */
  leave(subscriber: Subscriber): void {
    for (const isBucket of [false, true]) {
      const { live, catchingUp } = isBucket ? subscriber.buckets : subscriber.places
      for (const level of ['accepted', 'sealed'] as const)
        for (const key of live[level]) this.live[level].delete(key, isBucket, subscriber)
      for (const catchUp of catchingUp.values()) this.catchUps.cancel(catchUp)
    }
    subscriber.places.clear()
    subscriber.buckets.clear()
    subscriber.parked.clear()
    this.outbox.delete(subscriber)
  }

  private begin(catchUp: CatchUp): void {
    const { subscriber, key } = catchUp
    if (isFromNow(catchUp) || this.isWhole(catchUp)) {
      this.join(catchUp)
      return
    }
    followedBy(subscriber, catchUp).catchingUp.set(key, catchUp)
    this.catchUps.schedule(catchUp)
  }

  /** Nothing is missing: no block is read for it, and storms of reconnections are mostly of this kind. */
  private isWhole(catchUp: CatchUp): boolean {
    if (catchUp.bucket !== undefined) return catchUp.after === this.head
    const { place, after, from } = catchUp
    const { supply } = this
    return after <= this.head && supply.lastBlock(place) <= after && from <= supply.messages(place)
  }

  private deliver(entries: BlockEntries, told: (key: number) => number): void {
    const { accepted, sealed } = this.live
    const after = entries.number - 1n
    const round = new Round()
    const confirmed = new Set<Subscriber>()
    for (const key of entries.touched()) {
      if (sealed.has(key)) {
        const record = entries.record(key)
        if (record !== undefined)
          this.tellAll('sealed', { key, record: record.bytes, after, first: record.first }, round)
      }
      if (!accepted.has(key)) continue
      accepted.each(key, (subscriber) => confirmed.add(subscriber))
      const rest = entries.rest(key, told(key))
      if (rest === undefined) continue
      const first = entries.record(key)?.first ?? rest.first
      this.tellAll('accepted', { key, record: rest.bytes, after, first }, round)
    }
    for (const subscriber of confirmed) subscriber.push(entries.sealing())
  }

  private tellAccepted({ entries }: AcceptedRun): void {
    const { accepted } = this.live
    if (accepted.size === 0 || entries.length === 0) return
    const byKey = Map.groupBy(entries, ({ key }) => key)
    const round = new Round()
    for (const [key, own] of byKey) {
      if (!accepted.has(key)) continue
      const first = this.tail.of(key)[0]?.entries[0]?.position as bigint
      this.tellAll('accepted', { key, record: acceptedRecord(key, own), after: this.head, first }, round)
    }
  }

  private tellAll(level: FeedLevel, { key, record, after, first }: Telling, round: Round): void {
    const terms = { level, historyOnly: false, progress: undefined }
    this.live[level].each(key, (subscriber, bucket) => {
      const isLeftOut = bucket === undefined ? subscriber.isFull : round.isLeftOut(subscriber)
      if (!isLeftOut) subscriber.push(record)
      else if (bucket === undefined) this.fallBehind(subscriber, { ...placeOfKey(key), from: first, after }, terms)
      else this.trail(subscriber, { ...bucketOfKey(bucket), after }, terms)
    })
  }

  /** What is not sent now is sent as history once there is room. */
  private fallBehind(subscriber: Subscriber, cursor: FeedCursor, terms: CatchUpTerms): void {
    const { shard, index, from } = cursor
    this.drop(subscriber, placeKey(cursor), false)
    subscriber.tell('behind', { place: { shard, index }, from })
    this.park(placeCatchUp(subscriber, cursor, terms))
  }

  private trail(subscriber: Subscriber, cursor: BucketCursor, terms: CatchUpTerms): void {
    const { after, ...bucket } = cursor
    this.drop(subscriber, bucketKey(bucket), true)
    subscriber.tell('trailing', { bucket, after })
    this.park(bucketCatchUp(subscriber, cursor, terms))
  }

  private park(catchUp: CatchUp): void {
    const { subscriber, key } = catchUp
    followedBy(subscriber, catchUp).catchingUp.set(key, catchUp)
    subscriber.parked.add(catchUp)
  }

  private drop(subscriber: Subscriber, key: number, isBucket: boolean): void {
    const { live, catchingUp } = isBucket ? subscriber.buckets : subscriber.places
    for (const level of ['accepted', 'sealed'] as const)
      if (live[level].delete(key)) this.live[level].delete(key, isBucket, subscriber)
    const catchUp = catchingUp.get(key)
    if (catchUp === undefined) return
    this.catchUps.cancel(catchUp)
    subscriber.parked.delete(catchUp)
    this.end(catchUp)
  }

  /** Between two blocks, with nothing waited for since it was seen that nothing is missing. */
  private join(catchUp: CatchUp): void {
    const { subscriber, key, historyOnly, level, bucket } = catchUp
    if (!historyOnly) {
      const isBucket = bucket !== undefined
      if (level === 'accepted') this.tail.read()
      this.live[level].add(key, isBucket, subscriber)
      followedBy(subscriber, catchUp).live[level].add(key)
      if (isBucket) subscriber.tellWatching(bucket, this.head)
      else subscriber.tellLive(catchUp.place, this.head)
      if (level === 'accepted') this.tellTail(catchUp)
    }
    this.end(catchUp)
  }

  /** What was accepted before somebody joined, and is not sealed. */
  private tellTail({ subscriber, key, bucket }: CatchUp): void {
    const keys =
      bucket === undefined ? [key] : [...this.tail.keys()].filter((each) => bucketOfPlace(each, bucket.bits) === key)
    for (const each of keys)
      for (const { entries } of this.tail.of(each)) subscriber.push(acceptedRecord(each, entries))
  }

  private end(catchUp: CatchUp): void {
    const { subscriber, key, progress } = catchUp
    followedBy(subscriber, catchUp).catchingUp.delete(key)
    if (progress === undefined) return
    progress.left -= 1
    if (progress.left === 0) subscriber.tell('caughtUp', { id: progress.id })
  }

  /** A part of what was asked for is no longer kept: the conversation, or the bucket, is not followed. */
  private tellGone(catchUp: CatchUp): void {
    const { subscriber, bucket } = catchUp
    this.catchUps.cancel(catchUp)
    if (bucket !== undefined) subscriber.tell('forgotten', { bucket, after: catchUp.after })
    else {
      const { place, kept } = catchUp
      subscriber.tell('gone', { place, from: kept ?? this.supply.messages(place) })
    }
    this.end(catchUp)
  }
}

/** One telling of many conversations: who has no room for a bucket's first one is told none of the others. */
class Round {
  private readonly leftOut = new Map<Subscriber, boolean>()

  isLeftOut(subscriber: Subscriber): boolean {
    const known = this.leftOut.get(subscriber)
    if (known !== undefined) return known
    const { isFull } = subscriber
    this.leftOut.set(subscriber, isFull)
    return isFull
  }
}

function followedBy({ places, buckets }: Subscriber, { bucket }: CatchUp): Subscriber['places'] {
  return bucket === undefined ? places : buckets
}

function levelOf(level: number): FeedLevel {
  return level === feedLevels.accepted ? 'accepted' : 'sealed'
}

function acceptedRecord(key: number, entries: readonly AcceptedEntry[]): Uint8Array {
  const lengths = entries.map(({ bytes }) => bytes.length)
  const { record, starts } = entriesRecord(placeOfKey(key), feedLevels.accepted, lengths)
  for (const [i, { bytes }] of entries.entries()) record.set(bytes, starts[i])
  return record
}
