import { type FeedCursor, fromNow, type Mutation } from '@parley/api'
import type { Clock } from '@parley/runtime'
import { type ConversationPlace, placeKey, placeOfKey } from '../conversations/place.ts'
import type { BlockEntries, EntriesRecord } from '../entries/block-entries.ts'
import type { BlockSupply } from './block-supply.ts'
import { LiveSubscribers } from './live-subscribers.ts'
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

/** Tokens of one block read for one subscriber: some 0.1 ms. */
const blockTokens = 25

/**
 * Sends entries of conversations to those who follow them. A block's runs are walked once, the entries of a followed
 * conversation are encoded once, and nobody else is touched. Who catches up is sent history in slices of time, and joins
 * those who are live between two blocks: no entry is left out and none comes twice.
 */
export class FanOut {
  /** Number of the last block told of. */
  head: bigint
  private readonly live = new LiveSubscribers()
  /** Catch-ups that have work to do, in turn. */
  private readonly due = new Set<CatchUp>()
  /** Catch-ups that go on once another block is told of. */
  private awaitingBlock: CatchUp[] = []
  private readonly unsent = new Set<Subscriber>()
  private sending = false
  private catchingUp = false
  private readonly deps: FanOutDeps
  private readonly later: (run: () => void) => void
  private readonly sliceMs: number

  constructor(deps: FanOutDeps, { head, sliceMs }: FanOutOptions) {
    this.deps = deps
    this.later = deps.later ?? ((run) => void setImmediate(run))
    this.head = head
    this.sliceMs = sliceMs
  }

  /** Conversations followed live, by all subscribers together. */
  get liveSubscriptions(): number {
    return this.live.size
  }

  /** Whether somebody waits for blocks; otherwise their entries need not be looked at. */
  get isFollowed(): boolean {
    return this.live.size > 0
  }

  /**
   * Tells of the block after the head, which the supply has by now.
   * @param entries - Asked for when somebody is live.
   */
  add(number: bigint, entries: () => BlockEntries): void {
    this.head = number
    if (this.isFollowed) this.deliver(entries())
    const waited = this.awaitingBlock
    this.awaitingBlock = []
    for (const catchUp of waited) this.schedule(catchUp)
  }

  /** A new reader, of nothing yet. */
  subscribe(sink: Sink): Subscriber {
    return new Subscriber(sink, (subscriber) => {
      this.unsent.add(subscriber)
      if (this.sending) return
      this.sending = true
      this.later(() => this.sendSome())
    })
  }

  /** Changes what a subscriber follows. After `Mutated` nothing of what was removed is sent. */
  mutate(subscriber: Subscriber, { id, historyOnly, add, remove }: Mutation): void {
    subscriber.tell('mutated', { id })
    for (const place of remove) this.drop(subscriber, placeKey(place))
    for (const place of add) this.drop(subscriber, placeKey(place))
    const progress: Progress = { id, left: add.length }
    for (const cursor of add) this.begin(catchUpOf(subscriber, cursor, historyOnly, progress), cursor.from === fromNow)
    if (add.length === 0) subscriber.tell('caughtUp', { id })
  }

  /** A subscriber's frames have left: it may be sent more history. */
  roomAgain(subscriber: Subscriber): void {
    if (subscriber.parked.size === 0 || !subscriber.hasRoom) return
    const parked = [...subscriber.parked]
    subscriber.parked.clear()
    for (const catchUp of parked) this.schedule(catchUp)
  }

  /** Ends a subscriber: nothing more is sent to it. */
  leave(subscriber: Subscriber): void {
    for (const key of subscriber.live) this.live.delete(key, subscriber)
    for (const key of [...subscriber.catchingUp.keys()]) this.drop(subscriber, key)
    subscriber.live.clear()
    this.unsent.delete(subscriber)
  }

  private begin(catchUp: CatchUp, isFromNow: boolean): void {
    const { subscriber, key, place, after, from } = catchUp
    const { supply } = this.deps
    // Nothing is missing: no block is read for it, and storms of reconnections are mostly of this kind.
    const isWhole = after <= this.head && supply.lastBlock(place) <= after && from <= supply.messages(place)
    if (isFromNow || isWhole) {
      this.join(catchUp)
      return
    }
    subscriber.catchingUp.set(key, catchUp)
    this.schedule(catchUp)
  }

  private deliver(entries: BlockEntries): void {
    for (const key of entries.touched()) {
      if (!this.live.has(key)) continue
      const record = entries.record(key)
      if (record === undefined) continue
      this.live.each(key, (subscriber) => {
        if (subscriber.isFull) this.fallBehind(subscriber, key, record, entries.number)
        else subscriber.push(record.bytes)
      })
    }
  }

  /** What is not sent now is sent as history once there is room. */
  private fallBehind(subscriber: Subscriber, key: number, { first }: EntriesRecord, block: bigint): void {
    const place = placeOfKey(key)
    this.drop(subscriber, key)
    subscriber.tell('behind', { place, from: first })
    const catchUp = catchUpOf(subscriber, { ...place, from: first, after: block - 1n }, false, undefined)
    subscriber.catchingUp.set(key, catchUp)
    subscriber.parked.add(catchUp)
  }

  private drop(subscriber: Subscriber, key: number): void {
    if (subscriber.live.delete(key)) this.live.delete(key, subscriber)
    const catchUp = subscriber.catchingUp.get(key)
    if (catchUp === undefined) return
    catchUp.cancelled = true
    this.due.delete(catchUp)
    this.end(catchUp)
  }

  /** Between two blocks, with nothing waited for since it was seen that nothing is missing. */
  private join(catchUp: CatchUp): void {
    const { subscriber, key, place, historyOnly } = catchUp
    if (!historyOnly) {
      this.live.add(key, subscriber)
      subscriber.live.add(key)
      subscriber.tellLive(place, this.head)
    }
    this.end(catchUp)
  }

  private end({ subscriber, key, progress }: CatchUp): void {
    subscriber.catchingUp.delete(key)
    if (progress === undefined) return
    progress.left -= 1
    if (progress.left === 0) subscriber.tell('caughtUp', { id: progress.id })
  }

  private schedule(catchUp: CatchUp): void {
    if (catchUp.cancelled) return
    this.due.add(catchUp)
    if (this.catchingUp) return
    this.catchingUp = true
    this.later(() => void this.catchUpAll())
  }

  private async catchUpAll(): Promise<void> {
    const { clock } = this.deps
    let until = clock.elapsed() + this.sliceMs
    for (const catchUp of this.due) {
      this.due.delete(catchUp)
      try {
        await this.step(catchUp)
      } catch (error) {
        catchUp.subscriber.sink.fail(error)
      }
      if (clock.elapsed() < until) continue
      await new Promise<void>((resolve) => this.later(resolve))
      until = clock.elapsed() + this.sliceMs
    }
    this.catchingUp = false
  }

  /** Does the next piece of work of one catch-up, a block at most, and puts it where it waits for the one after. */
  private async step(catchUp: CatchUp): Promise<void> {
    const { subscriber, place, found } = catchUp
    if (catchUp.cancelled) return
    if (!subscriber.hasRoom) {
      subscriber.parked.add(catchUp)
      return
    }
    if (catchUp.walk !== undefined) await this.walkBack(catchUp, catchUp.walk)
    else if (found.length > 0) await this.sendBlock(catchUp, found.pop() as bigint)
    else {
      const last = this.deps.supply.lastBlock(place)
      if (last > catchUp.after && last <= this.head) {
        catchUp.walk = last
        catchUp.kept = undefined
      } else {
        if (this.isAhead(catchUp, last)) this.awaitingBlock.push(catchUp)
        else this.join(catchUp)
        return
      }
    }
    this.schedule(catchUp)
  }

  /** Whether a block on its way touched the conversation, or the reader has more of it than there is here. */
  private isAhead({ historyOnly, after, from, place }: CatchUp, last: bigint): boolean {
    return last > this.head || (!historyOnly && (after > this.head || from > this.deps.supply.messages(place)))
  }

  private async walkBack(catchUp: CatchUp, number: bigint): Promise<void> {
    const { place, found, from, after } = catchUp
    const link = await this.deps.supply.link(number, place)
    if (catchUp.cancelled) return
    if (link === undefined) {
      this.tellGone(catchUp)
      return
    }
    found.push(number)
    catchUp.kept = link.first
    const isStart = link.first < from || link.previous <= after
    catchUp.walk = isStart ? undefined : link.previous
  }

  private async sendBlock(catchUp: CatchUp, number: bigint): Promise<void> {
    const { subscriber, key, from, found } = catchUp
    const entries = await this.deps.supply.entries(number)
    if (catchUp.cancelled) return
    if (entries === undefined) {
      // Forgotten meanwhile: walking back again finds out what is left.
      found.length = 0
      return
    }
    subscriber.sink.owe(blockTokens)
    const record = entries.record(key, from)
    catchUp.after = number
    if (record !== undefined) subscriber.push(record.bytes)
  }

  /** A part of what was asked for is no longer kept: the conversation is not followed. */
  private tellGone(catchUp: CatchUp): void {
    const { subscriber, place, kept } = catchUp
    catchUp.cancelled = true
    subscriber.tell('gone', { place, from: kept ?? this.deps.supply.messages(place) })
    this.end(catchUp)
  }

  private sendSome(): void {
    const { clock } = this.deps
    const until = clock.elapsed() + this.sliceMs
    for (const subscriber of this.unsent) {
      this.unsent.delete(subscriber)
      subscriber.flush()
      if (clock.elapsed() >= until) break
    }
    this.sending = this.unsent.size > 0
    if (this.sending) this.later(() => this.sendSome())
  }
}

function catchUpOf(
  subscriber: Subscriber,
  { shard, index, from, after }: FeedCursor,
  historyOnly: boolean,
  progress: Progress | undefined,
): CatchUp {
  const place: ConversationPlace = { shard, index }
  const key = placeKey(place)
  return {
    subscriber,
    key,
    place,
    from,
    after,
    kept: undefined,
    found: [],
    walk: undefined,
    historyOnly,
    progress,
    cancelled: false,
  }
}
