import {
  type ClientRecord,
  decodeServerFrame,
  encodeClientRecord,
  type FeedLevel,
  feedLevels,
  feedRoutes,
  pathOf,
  RequestError,
  type ServerRecord,
} from '@parley/api'
import { type Bytes32, sameBytes } from '@parley/protocol/light'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { type FeedOptions, type FeedTransport, readFeed } from './resumable-feed.ts'

export interface LiveFeedOptions extends FeedOptions {
  /**
   * `accepted`: entries come as soon as they are durable, and `sealed` updates say which of them blocks have. `sealed`:
   * entries come when their block does. @default 'sealed'
   */
  readonly level?: FeedLevel
  /** Where there are no WebSockets: `events` is nearly as quick, `poll` goes through everything. @default 'socket' */
  readonly transport?: FeedTransport
}

/** What is added to what a feed follows, and what is removed, each by its key. */
export interface Change<A, R> {
  readonly add: readonly A[]
  readonly remove: readonly R[]
}

/** How one kind of things is followed over a connection. */
export interface Topics<A extends R, R, U> {
  /** One of the two as one value. */
  keyOf(topic: R): number | string
  /** What asks for a change. */
  request(id: number, level: number, change: Change<A, R>): ClientRecord
  /** Where each is gone on with. */
  cursors(): readonly A[]
  /** Of one request at most. */
  readonly atOnce: number
  /** A connection begins: what is not settled comes again. */
  begin(): void
  /** What a record means to whoever reads. @param isChanging - Whether a change of the topic is not answered yet. */
  take(record: ServerRecord, isChanging: (topic: R) => boolean): Iterable<U>
  /** The server took nothing of this, or not these. */
  refused(code: string, change: Change<A, R>, record: ServerRecord & { readonly kind: 'refused' }): Iterable<U>
}

/** A feed over as many connections as it takes, whose topics change while it runs. */
export class LiveFeed<A extends R, R, U> implements AsyncIterable<U> {
  /** Changes not answered yet on this connection, by their numbers. */
  private readonly underWay = new Map<number, Change<A, R>>()
  /** How many of them name a topic, by its key. */
  private readonly changing = new Map<number | string, number>()
  private send: ((frame: Uint8Array) => void) | undefined
  private changes = 0
  private epoch: Bytes32 | undefined
  private readonly deps: ServerDeps
  private readonly topics: Topics<A, R, U>
  private readonly options: LiveFeedOptions
  private readonly signal: AbortSignal

  constructor(deps: ServerDeps, topics: Topics<A, R, U>, options: LiveFeedOptions, signal: AbortSignal) {
    this.deps = deps
    this.topics = topics
    this.options = options
    this.signal = signal
  }

  /** Whether there is a connection, as far as is known. */
  get isOpen(): boolean {
    return this.send !== undefined
  }

  /** Asks for a change where there is a connection; a later one asks for everything. */
  change({ add, remove }: Change<A, R>): void {
    const { atOnce } = this.topics
    for (let at = 0; at < Math.max(add.length, remove.length); at += atOnce)
      this.ask({ add: add.slice(at, at + atOnce), remove: remove.slice(at, at + atOnce) })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<U> {
    const { shown } = serverEndpoint(this.deps.url)
    const place = () => {
      this.underWay.clear()
      this.changing.clear()
      this.send = undefined
      const opened = (send: (frame: Uint8Array) => void): void => this.open(send)
      return { path: pathOf(feedRoutes.live), from: 0n, opened, transport: this.options.transport }
    }
    try {
      for await (const frame of readFeed(this.deps, place, this.options, this.signal))
        for (const record of decodeFrame(frame, shown)) yield* this.take(record, shown)
    } finally {
      this.send = undefined
    }
  }

  private open(send: (frame: Uint8Array) => void): void {
    this.send = send
    this.topics.begin()
    this.change({ add: this.topics.cursors(), remove: [] })
  }

  private ask(change: Change<A, R>): void {
    if (this.send === undefined) return
    this.changes += 1
    this.underWay.set(this.changes, change)
    for (const key of this.keysOf(change)) this.changing.set(key, 1 + (this.changing.get(key) ?? 0))
    const level = feedLevels[this.options.level ?? 'sealed']
    this.send(encodeClientRecord(this.topics.request(this.changes, level, change)))
  }

  private *take(record: ServerRecord, url: string): Generator<U> {
    const { kind, value } = record
    if (kind === 'started') this.begin(value.epoch, value.head, url)
    else if (kind === 'mutated') this.answered(value.id)
    else if (kind === 'refused') {
      const change = this.underWay.get(value.id) ?? { add: [], remove: [] }
      if (value.places.length === 0) this.answered(value.id)
      yield* this.topics.refused(new TextDecoder().decode(value.code), change, record)
    } else yield* this.topics.take(record, (topic) => this.changing.has(this.topics.keyOf(topic)))
  }

  /** Entries before a removal of claims may be others now: whoever has some must know. */
  private begin(epoch: Bytes32, head: bigint, url: string): void {
    if (this.epoch !== undefined && !sameBytes(this.epoch, epoch))
      throw new ClientError({ code: 'LINEAGE_ENDED', url, from: head + 1n, reason: 'the server began another epoch' })
    this.epoch = epoch
  }

  private answered(id: number): void {
    const change = this.underWay.get(id)
    if (change === undefined) return
    this.underWay.delete(id)
    for (const key of this.keysOf(change)) {
      const left = (this.changing.get(key) ?? 0) - 1
      if (left > 0) this.changing.set(key, left)
      else this.changing.delete(key)
    }
  }

  private keysOf({ add, remove }: Change<A, R>): (number | string)[] {
    return [...add, ...remove].map((topic) => this.topics.keyOf(topic))
  }
}

/** @throws {ClientError} `ANSWER_INVALID`. */
export function decodeFrame(frame: Uint8Array, url: string): ServerRecord[] {
  try {
    return decodeServerFrame(frame)
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause
    throw new ClientError({ code: 'ANSWER_INVALID', url, reason: 'a frame is not that of a feed' }, { cause })
  }
}
