import { type ClientRecord, decodeClientFrame, type Mutation, RequestError, type Watch } from '@parley/api'
import type { Exchange, Share } from '@parley/api/server'
import { placeKey } from '../conversations/place.ts'
import type { BlockSupply } from '../fan-out/block-supply.ts'
import { bucketKey } from '../fan-out/bucket.ts'
import type { FanOut } from '../fan-out/fan-out.ts'
import type { Sink, Subscriber } from '../fan-out/subscriber.ts'
import { SlowReader } from '../socket/backlog.ts'
import { closeCodes } from '../socket/close-codes.ts'
import type { FeedTransport } from '../socket/transport.ts'

export interface FeedSessionDeps {
  readonly fanOut: FanOut
  readonly supply: Pick<BlockSupply, 'conversations'>
  /** Conversations that all sockets follow, by source. */
  readonly subscriptions: Share
  /** Whose quota is charged. */
  readonly exchange: Pick<Exchange, 'source' | 'charge' | 'owe'>
}

export interface FeedSessionOptions {
  /** Conversations and buckets that one socket follows at most. */
  readonly maxPlaces: number
  /** Sum of the levels that it may follow them at. */
  readonly levels: number
}

/** Tokens of a frame, and of each conversation that it adds. */
const frameTokens = 16
const placeTokens = 1
/** How far beyond the sealed conversations of its shard one may lie that was accepted a moment ago. */
const acceptedAhead = 4_096

/** One reader of `/v1/feed`, whatever carries its frames. @see docs/spec/feed.md */
export class FeedSession implements Sink {
  private readonly subscriber: Subscriber
  private readonly transport: FeedTransport
  private readonly deps: FeedSessionDeps
  private readonly options: FeedSessionOptions
  private readonly failure = Promise.withResolvers<never>()
  /** Conversations counted in the share of its source. */
  private counted = 0
  private refused = false
  private draining = false

  constructor(transport: FeedTransport, deps: FeedSessionDeps, options: FeedSessionOptions) {
    this.transport = transport
    this.deps = deps
    this.options = options
    this.subscriber = deps.fanOut.subscribe(this)
    transport.onFrame((data, binary) => this.take(data, binary))
    transport.signal.addEventListener('abort', () => this.leave(), { once: true })
  }

  /** Runs until the connection ends. @throws what ended it by a defect of the server. */
  async run(): Promise<void> {
    const { signal } = this.transport
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    if (!signal.aborted) await Promise.race([ended, this.failure.promise])
  }

  send(frame: Uint8Array): void {
    const { transport } = this
    transport.post(frame, () => {
      if (transport.isPaused && !transport.isFull) transport.resume()
      this.deps.fanOut.roomAgain(this.subscriber)
    })
    if (!transport.isFull || this.draining) return
    this.draining = true
    // What a client asks makes something to send, too.
    transport.pause()
    transport.drained().then(
      () => {
        this.draining = false
      },
      (error: unknown) => {
        if (transport.signal.aborted) return
        if (error instanceof SlowReader) transport.close(closeCodes.slow)
        else this.fail(error)
      },
    )
  }

  get waiting(): number {
    return this.transport.waiting
  }

  get isFull(): boolean {
    return this.transport.isFull
  }

  owe(tokens: number): void {
    this.deps.exchange.owe(tokens)
  }

  fail(error: unknown): void {
    this.failure.reject(error)
  }

  private take(data: Buffer, binary: boolean): void {
    // What follows a frame that must not be is not looked at.
    if (this.refused) return
    try {
      if (!binary)
        throw new RequestError({ code: 'CONTENT_TYPE', received: 'a text frame', expected: ['binary frames'] })
      const records = decodeClientFrame(data)
      this.deps.exchange.charge(tokensOf(records))
      for (const record of records) this.answer(record)
    } catch (error) {
      if (!(error instanceof RequestError)) {
        this.fail(error)
        return
      }
      this.refused = true
      const { code } = error.fault
      this.transport.close(code === 'QUOTA_EXCEEDED' ? closeCodes.quota : closeCodes.refused, code)
    }
  }

  private answer(record: ClientRecord): void {
    const { fanOut } = this.deps
    if (record.kind === 'mutate') this.mutate(record.value)
    else if (record.kind === 'watch') this.watch(record.value)
    else this.subscriber.tell('pong', { id: record.value.id, head: fanOut.head })
  }

  private mutate(mutation: Mutation): void {
    const { id, level, add, remove } = mutation
    this.assertLevel(level)
    const { subscriber } = this
    const { fanOut, supply } = this.deps
    const unknown = add.filter(({ shard, index }) => index >= supply.conversations(shard) + acceptedAhead)
    const known = unknown.length === 0 ? add : add.filter((cursor) => !unknown.includes(cursor))
    if (!this.count(subscriber.places, { add: known.map(placeKey), remove: remove.map(placeKey) })) {
      subscriber.tell('refused', { id, code: codeBytes('SUBSCRIPTIONS_EXCEEDED'), places: [] })
      return
    }
    if (unknown.length > 0) {
      const places = unknown.map(({ shard, index }) => ({ shard, index }))
      subscriber.tell('refused', { id, code: codeBytes('CONVERSATION_UNKNOWN'), places })
    }
    fanOut.mutate(subscriber, { ...mutation, add: known })
  }

  private watch(watch: Watch): void {
    const { id, level, add, remove } = watch
    this.assertLevel(level)
    const { subscriber } = this
    if (this.count(subscriber.buckets, { add: add.map(bucketKey), remove: remove.map(bucketKey) }))
      this.deps.fanOut.watch(subscriber, watch)
    else subscriber.tell('refused', { id, code: codeBytes('SUBSCRIPTIONS_EXCEEDED'), places: [] })
  }

  private assertLevel(level: number): void {
    if ((level & this.options.levels) === 0)
      throw new RequestError({ code: 'FIELD_INVALID', field: 'level', expected: 'one that Started names' })
  }

  /** Counts what a mutation changes; false when it would be more than there may be. */
  private count(
    followed: Subscriber['places'],
    { add, remove }: { readonly add: readonly number[]; readonly remove: readonly number[] },
  ): boolean {
    const { subscriber } = this
    const { subscriptions, exchange } = this.deps
    const kept = new Set(add)
    const more = [...kept].filter((key) => !followed.has(key)).length
    const less = remove.filter((key) => followed.has(key) && !kept.has(key)).length
    const size = subscriber.size + more - less
    const difference = size - this.counted
    if (difference > 0 && (size > this.options.maxPlaces || !subscriptions.take(exchange.source, difference)))
      return false
    if (difference < 0) subscriptions.give(exchange.source, -difference)
    this.counted = size
    return true
  }

  private leave(): void {
    const { fanOut, subscriptions, exchange } = this.deps
    fanOut.leave(this.subscriber)
    if (this.counted > 0) subscriptions.give(exchange.source, this.counted)
    this.counted = 0
  }
}

function tokensOf(records: readonly ClientRecord[]): number {
  return records.reduce(
    (sum, record) => sum + frameTokens + (record.kind === 'ping' ? 0 : placeTokens * record.value.add.length),
    0,
  )
}

const codeBytes = (code: string): Uint8Array => new TextEncoder().encode(code)
