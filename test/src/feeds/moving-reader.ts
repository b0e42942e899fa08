import type { FeedLevel } from '@parley/api'
import {
  type ConversationsFeed,
  createSequencerClient,
  type EntriesUpdate,
  type FeedTransport,
  type SealedUpdate,
} from '@parley/client'
import { ConversationEventKind } from '@parley/protocol'
import type { Clock } from '@parley/runtime'

export interface ReadPlace {
  readonly shard: number
  readonly index: number
}

/** How a reader follows. */
export interface ReaderOptions {
  readonly level: FeedLevel
  readonly transport: FeedTransport
}

export const nameOf = ({ shard, index }: ReadPlace): string => `${shard}/${index}`

/** A reader of many conversations that changes what it follows, breaks its connection, and remembers all it was given. */
export class MovingReader {
  /** Contents by position, in hex, of each conversation that it follows from its beginning. */
  readonly followed = new Map<string, Map<bigint, string>>()
  doubled = 0
  disordered = 0
  /** Conversations that the server refused or had no more. */
  dropped = 0
  /** Entries given before their block was sealed. */
  early = 0
  /** Positions given that way and not sealed yet, by conversation. */
  private readonly unsealed = new Map<string, Map<bigint, bigint>>()
  private readonly how: ReaderOptions
  private feed: ConversationsFeed
  private connection: AbortController
  private readonly clock: Clock
  private readonly url: string

  constructor(url: string, clock: Clock, how: ReaderOptions) {
    this.url = url
    this.how = how
    this.clock = clock
    this.connection = new AbortController()
    this.feed = this.open([])
  }

  /** Reads until `signal`. @throws {ClientError} when what is given is no feed, or has a gap. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { feed, connection } = this
      const either = AbortSignal.any([signal, connection.signal])
      const end = (): void => connection.abort(either.reason)
      signal.addEventListener('abort', end, { once: true })
      try {
        for await (const update of feed) {
          if (update.kind === 'entries') this.take(update)
          else if (update.kind === 'sealed') this.seal(update)
          else if (update.kind === 'gone') this.dropped += 1
          else if (update.kind === 'refused') this.dropped += update.places.length
        }
      } catch (error) {
        if (!connection.signal.aborted) throw error
      } finally {
        signal.removeEventListener('abort', end)
      }
    }
  }

  /** Follows a conversation from its beginning, or no longer. */
  turn(place: ReadPlace): void {
    const name = nameOf(place)
    this.unsealed.delete(name)
    if (this.followed.delete(name)) this.feed.remove([place])
    else this.follow(place)
  }

  follow(place: ReadPlace): void {
    if (this.followed.has(nameOf(place))) return
    this.followed.set(nameOf(place), new Map())
    this.feed.add([{ ...place, from: 0n }])
  }

  /** Breaks the connection, as an application that ends does, and goes on with another where it was. */
  breakOff(): void {
    const cursors = this.feed.cursors()
    const { connection } = this
    // What was not sealed comes again.
    for (const [name, positions] of this.unsealed)
      for (const position of positions.keys()) this.followed.get(name)?.delete(position)
    this.unsealed.clear()
    this.feed = this.open(cursors)
    connection.abort(new Error('the reader broke off'))
  }

  private open(starts: ReturnType<ConversationsFeed['cursors']>): ConversationsFeed {
    this.connection = new AbortController()
    const client = createSequencerClient({ url: this.url, clock: this.clock })
    return client.followMany(starts, this.connection.signal, this.how)
  }

  /** Entries that were given and whose blocks, as far as it was told, are not sealed. */
  get waiting(): number {
    return [...this.unsealed.values()].reduce((sum, { size }) => sum + size, 0)
  }

  private seal({ block, places }: SealedUpdate): void {
    for (const place of places) {
      const positions = this.unsealed.get(nameOf(place)) ?? new Map<bigint, bigint>()
      for (const [position, within] of positions) if (within <= block) positions.delete(position)
    }
  }

  private take({ place, level, entries }: EntriesUpdate): void {
    const contents = this.followed.get(nameOf(place))
    if (contents === undefined) return
    for (const { position, block, event } of entries) {
      if (level === 'accepted' && event.selector === ConversationEventKind.message) {
        const positions = this.unsealed.get(nameOf(place)) ?? new Map<bigint, bigint>()
        this.unsealed.set(nameOf(place), positions.set(position, block))
        this.early += 1
      }
      if (event.selector !== ConversationEventKind.message) continue
      if (contents.has(position)) this.doubled += 1
      else if (BigInt(contents.size) !== position) this.disordered += 1
      contents.set(position, Buffer.from(event.value.content).toString('hex'))
    }
  }
}
