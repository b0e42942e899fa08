import type { ConversationStart, ConversationsFeed, FeedUpdate, SequencerClient } from '@parley/client'
import { type ConversationEntry, ConversationEventKind } from '@parley/protocol/light'
import { BoundedQueue, systemClock } from '@parley/runtime'
import { messagingLimits } from '../limits.ts'
import type { Place } from '../ports/log.ts'

/** Where records are read: a sequencer's client, or a relay's. */
export type FeedSource = Pick<SequencerClient, 'followMany'>

/** Conversations that are read one by one, over one connection for all of them. */
export class SharedFeed {
  private readonly source: FeedSource
  private line: Line | undefined

  constructor(source: FeedSource) {
    this.source = source
  }

  /**
   * What happens in one conversation, until `signal` aborts, with whose reason it rejects. Whoever is slow is sent the rest later, and
   * keeps nobody waiting. What is read twice at once is read the second time over a connection of its own.
   * @throws what the connection ends with: then it does so for all, and the next reading begins another one.
   */
  async *read(start: ConversationStart, signal: AbortSignal): AsyncGenerator<FeedUpdate, void, undefined> {
    signal.throwIfAborted()
    if (this.line?.isOver !== false) this.line = new Line(this.source)
    const { line } = this
    if (line.isRead(start)) {
      yield* this.source.followMany([start], signal)
      return
    }
    const reader = line.begin(start)
    try {
      for (;;) {
        yield await reader.next(signal)
        if (reader.mustResume) line.resume(reader)
      }
    } finally {
      line.end(reader)
    }
  }
}

/** One connection and those who read from it. */
class Line {
  isOver = false
  private readonly source: FeedSource
  private readonly stop = new AbortController()
  private readonly readers = new Map<string, Reader>()
  /** Conversations that were read before: what was received of them until then may still be given. */
  private readonly settling = new Map<string, Promise<void>>()
  private feed: ConversationsFeed | undefined

  constructor(source: FeedSource) {
    this.source = source
  }

  isRead(place: Place): boolean {
    return this.readers.has(nameOf(place))
  }

  begin(start: ConversationStart): Reader {
    const reader = new Reader(start)
    this.readers.set(reader.name, reader)
    this.follow(reader)
    return reader
  }

  /** Follows again what was left because its reader was slow. */
  resume(reader: Reader): void {
    reader.isLeft = false
    this.follow(reader)
  }

  end(reader: Reader): void {
    if (this.readers.get(reader.name) !== reader) return
    this.readers.delete(reader.name)
    this.leave(reader)
    if (this.readers.size > 0 || this.isOver) return
    this.isOver = true
    this.stop.abort()
  }

  private follow(reader: Reader): void {
    const before = this.settling.get(reader.name)
    if (before === undefined) this.add(reader)
    else void before.then(() => this.add(reader))
  }

  private add(reader: Reader): void {
    if (this.isOver || this.readers.get(reader.name) !== reader || reader.isLeft) return
    reader.isFollowed = true
    if (this.feed !== undefined) {
      this.feed.add([reader.start])
      return
    }
    this.feed = this.source.followMany([reader.start], this.stop.signal)
    void this.run(this.feed)
  }

  private leave(reader: Reader): void {
    if (!reader.isFollowed) return
    reader.isFollowed = false
    this.feed?.remove([reader.place])
    const settled = nextTurn().then(() => {
      if (this.settling.get(reader.name) === settled) this.settling.delete(reader.name)
    })
    this.settling.set(reader.name, settled)
  }

  private async run(feed: ConversationsFeed): Promise<void> {
    try {
      for await (const update of feed)
        for (const place of placesOf(update)) this.give(this.readers.get(nameOf(place)), update)
      this.fail(new TypeError('a feed ends by its signal alone'))
    } catch (error) {
      this.fail(error)
    }
  }

  private give(reader: Reader | undefined, update: FeedUpdate): void {
    if (reader?.isFollowed !== true) return
    reader.take(update)
    if (!reader.isFull) return
    reader.fallBehind()
    this.leave(reader)
  }

  private fail(error: unknown): void {
    this.isOver = true
    for (const reader of this.readers.values()) reader.fail(error)
  }
}

/** One who reads one conversation. */
class Reader {
  readonly place: Place
  readonly name: string
  /** Whether the connection follows the conversation for this reader now. */
  isFollowed = false
  /** Whether it was left because this reader is slow. */
  isLeft = false
  private from: bigint | undefined
  private after: bigint | undefined
  private readonly queue = new BoundedQueue<FeedUpdate>(
    { clock: systemClock, weigh: weightOf, onChange: () => undefined },
    messagingLimits.readAhead,
  )

  constructor({ shard, index, from, after }: ConversationStart) {
    this.place = { shard, index }
    this.name = nameOf(this.place)
    this.from = from
    this.after = after
  }

  /** Behind all that was taken. */
  get start(): ConversationStart {
    const { from, after } = this
    return { ...this.place, ...(from !== undefined && { from }), ...(after !== undefined && { after }) }
  }

  get isFull(): boolean {
    return this.queue.weight >= messagingLimits.readAhead
  }

  /** Whether all that was received before the conversation was left is given out. */
  get mustResume(): boolean {
    return this.isLeft && this.queue.length === 0
  }

  take(update: FeedUpdate): void {
    if (update.kind === 'entries') {
      const last = update.entries.at(-1)
      if (last !== undefined) {
        this.from = behind(last)
        this.after = last.block
      }
    }
    this.queue.push(update)
  }

  /** What comes from now on is read once all that was received is given out. */
  fallBehind(): void {
    this.isLeft = true
    this.queue.push({ kind: 'behind', place: this.place, from: this.from ?? 0n })
  }

  async next(signal: AbortSignal): Promise<FeedUpdate> {
    const update = await this.queue.peek(signal)
    this.queue.take()
    return update
  }

  fail(error: unknown): void {
    this.queue.fail(error)
  }
}

/** Entries of an update; others count as one. */
function weightOf(update: FeedUpdate): number {
  return update.kind === 'entries' ? update.entries.length : 1
}

function placesOf(update: FeedUpdate): readonly Place[] {
  return 'places' in update ? update.places : [update.place]
}

/** Position of the message after an entry. */
function behind({ event, position }: ConversationEntry): bigint {
  return event.selector === ConversationEventKind.message ? position + 1n : position
}

const nameOf = ({ shard, index }: Place): string => `${shard}/${index}`

/** Once everything that is ready is done. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
