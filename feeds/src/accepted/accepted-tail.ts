import type { ConversationPlace } from '../conversations/place.ts'
import { placeOfKey, shardOf } from '../conversations/place.ts'

/** What was accepted into a block that is not sealed yet: an entry that will be part of it. */
export interface AcceptedEvent {
  /** Key of its conversation's place. */
  readonly key: number
  /** Undefined where it is not known of a change: it stands behind the messages before it. */
  readonly position: bigint | undefined
  readonly isMessage: boolean
  /** SSZ of the entry at its position. */
  encode(position: bigint): Uint8Array
}

export interface AcceptedEntry {
  readonly key: number
  readonly position: bigint
  /** Position of what follows it. */
  readonly next: bigint
  readonly bytes: Uint8Array
}

/** Accepted entries of one conversation in one block. */
export interface AcceptedRun {
  readonly block: bigint
  readonly entries: readonly AcceptedEntry[]
}

interface OpenBlock {
  readonly number: bigint
  /** What is told only when the block is sealed. */
  withheld: ReadonlySet<number> | 'all'
  readonly told: Map<number, AcceptedEntry[]>
  /** Nobody asked yet what they are. */
  unread: (() => readonly AcceptedEvent[])[]
  /** They follow something that an earlier block withholds. */
  deferred: AcceptedEvent[]
}

/** What the tail needs to know of sealed blocks. */
export interface SealedCounts {
  /** Messages of the conversation, those of a block on its way included. */
  messages(place: ConversationPlace): bigint
  lastBlock(place: ConversationPlace): bigint
}

/** What was withheld, or told, of a block that is sealed now. */
export interface SealedTail {
  /** How many entries of a conversation were told as accepted. */
  told(key: number): number
  /** What may be told from now on, by block. */
  readonly released: readonly AcceptedRun[]
}

/**
 * Entries that are durable and not sealed yet, in the order in which they will be sealed. Whoever comes late is given
 * them, too. Into a shard that a block forced something from the inbox nothing is told before the block is sealed: only
 * then is it known what stands before it.
 */
export class AcceptedTail {
  private readonly blocks: OpenBlock[] = []
  private readonly counts: SealedCounts

  constructor(counts: SealedCounts) {
    this.counts = counts
  }

  /** A block was opened, or opened again after it had stayed empty. */
  opened(number: bigint, withheld: ReadonlySet<number> | 'all'): void {
    if (this.blocks.at(-1)?.number === number) this.blocks.pop()
    this.blocks.push({ number, withheld, told: new Map(), unread: [], deferred: [] })
  }

  /** Keeps what was accepted, of which nobody wants to know yet. */
  keep(number: bigint, events: () => readonly AcceptedEvent[]): void {
    this.find(number)?.unread.push(events)
  }

  /** Takes what was accepted, and says what of it may be told. */
  take(number: bigint, events: readonly AcceptedEvent[]): AcceptedEntry[] {
    const block = this.find(number)
    return block === undefined ? [] : events.flatMap((event) => this.takeOne(block, event))
  }

  /** Somebody wants to know: what was kept is looked at. */
  read(): void {
    for (const block of this.blocks) {
      const events = block.unread.flatMap((each) => each())
      block.unread = []
      const first = events[0]
      if (first === undefined) continue
      // The index has the block already: what stood before it is no longer known, and in a moment it is sealed.
      if (this.counts.lastBlock(placeOfKey(first.key)) >= block.number) block.withheld = 'all'
      for (const event of events) this.takeOne(block, event)
    }
  }

  /** What was told of a conversation, block by block. */
  of(key: number): AcceptedRun[] {
    return this.blocks.flatMap(({ number, told }) => {
      const entries = told.get(key)
      return entries === undefined ? [] : [{ block: number, entries }]
    })
  }

  /** Keys of conversations of which something was told. */
  keys(): Set<number> {
    return new Set(this.blocks.flatMap(({ told }) => [...told.keys()]))
  }

  /** A block is sealed, and all before it are. */
  sealed(number: bigint): SealedTail {
    const block = this.find(number)
    while (this.blocks[0] !== undefined && this.blocks[0].number <= number) this.blocks.shift()
    const released = this.blocks.flatMap((open) => {
      const events = open.deferred
      open.deferred = []
      return [{ block: open.number, entries: events.flatMap((event) => this.takeOne(open, event)) }]
    })
    return { told: (key) => block?.told.get(key)?.length ?? 0, released }
  }

  private find(number: bigint): OpenBlock | undefined {
    return this.blocks.findLast((block) => block.number === number)
  }

  private takeOne(block: OpenBlock, event: AcceptedEvent): AcceptedEntry[] {
    const shard = shardOf(event.key)
    const withholds = ({ withheld }: OpenBlock): boolean => withheld === 'all' || withheld.has(shard)
    if (withholds(block)) return []
    if (this.blocks.some((each) => each.number < block.number && (withholds(each) || each.unread.length > 0))) {
      block.deferred.push(event)
      return []
    }
    const position = event.position ?? this.nextPosition(event.key)
    const next = event.isMessage ? position + 1n : position
    const entry = { key: event.key, position, next, bytes: event.encode(position) }
    const entries = block.told.get(event.key)
    if (entries === undefined) block.told.set(event.key, [entry])
    else entries.push(entry)
    return [entry]
  }

  private nextPosition(key: number): bigint {
    return this.of(key).at(-1)?.entries.at(-1)?.next ?? this.counts.messages(placeOfKey(key))
  }
}
