import { type ConversationsFeed, createSequencerClient } from '@parley/client'
import { type ConversationEntry, ConversationEventKind } from '@parley/protocol'
import type { Clock } from '@parley/runtime'

export interface ReadPlace {
  readonly shard: number
  readonly index: number
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
  private feed: ConversationsFeed
  private connection: AbortController
  private readonly clock: Clock
  private readonly url: string

  constructor(url: string, clock: Clock) {
    this.url = url
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
          if (update.kind === 'entries') this.take(update.place, update.entries)
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
    this.feed = this.open(cursors)
    connection.abort(new Error('the reader broke off'))
  }

  private open(starts: ReturnType<ConversationsFeed['cursors']>): ConversationsFeed {
    this.connection = new AbortController()
    const client = createSequencerClient({ url: this.url, clock: this.clock })
    return client.followMany(starts, this.connection.signal)
  }

  private take(place: ReadPlace, entries: readonly ConversationEntry[]): void {
    const contents = this.followed.get(nameOf(place))
    if (contents === undefined) return
    for (const { position, event } of entries) {
      if (event.selector !== ConversationEventKind.message) continue
      if (contents.has(position)) this.doubled += 1
      else if (BigInt(contents.size) !== position) this.disordered += 1
      contents.set(position, Buffer.from(event.value.content).toString('hex'))
    }
  }
}
