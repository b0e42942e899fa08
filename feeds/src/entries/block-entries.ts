import { encodeServerRecord, feedLevels } from '@parley/api'
import {
  type BlockHeader,
  type BlockView,
  BodyKind,
  type ConversationEntry,
  ConversationEntryType,
  type ConversationEvent,
  ConversationEventKind,
  InboxItemKind,
  type Operation,
  OperationKind,
  type QueuedItem,
  sameBytes,
  signatureBytes,
  type ViewedRun,
  type ViewedSegment,
  viewedMember,
  viewedMessageBytes,
} from '@parley/protocol'
import { type ConversationLink, changedConversation, linksOf } from '../conversations/conversation-index.ts'
import { indexOf, shardOf } from '../conversations/place.ts'
import { entriesRecord, messageEntryBytes, writeMessageEntry, writeMessageEvent } from './entry-bytes.ts'

/** Entries of one conversation in one block, as the record of a feed. */
export interface EntriesRecord {
  /** Position of its first entry. */
  readonly first: bigint
  /** Position of the entry that follows its last one. */
  readonly next: bigint
  /** The whole record, shared by all who are sent it. */
  readonly bytes: Uint8Array
}

/** What is looked at of a block. */
export type EnteredBlock = Pick<BlockView, 'header' | 'runs' | 'signature'>

type ItemAt = (index: bigint) => Promise<QueuedItem>

/** Where a message lies in the runs, and its signature in the witness. */
interface SpokenAt {
  readonly at: number
  readonly signature: number
}

interface Told {
  readonly event: ConversationEvent
  readonly forced: boolean
}

type Happening = SpokenAt | Told

interface EntryPart {
  readonly position: bigint
  /** Bytes of the entry, or where its message lies. */
  readonly what: SpokenAt | Uint8Array
}

/**
 * What happened in the conversations of one block. The block's runs are walked once for all feeds that ask, and an entry
 * is encoded once, however many feeds send it.
 */
export class BlockEntries {
  private readonly view: EnteredBlock
  private readonly links: ReadonlyMap<number, ConversationLink>
  private readonly items: ReadonlyMap<bigint, QueuedItem>
  private readonly happenings = new Map<number, ReadonlyMap<number, readonly Happening[]>>()
  private readonly records = new Map<number, EntriesRecord>()
  private sealed: Uint8Array | undefined

  private constructor(
    view: EnteredBlock,
    links: ReadonlyMap<number, ConversationLink>,
    items: ReadonlyMap<bigint, QueuedItem>,
  ) {
    this.view = view
    this.links = links
    this.items = items
  }

  /**
   * Looks at a block, its links as they are stored, and the inbox items that it consumed.
   * @throws {SequencerError} `STORE_CORRUPT` of an item.
   */
  static async read(view: EnteredBlock, links: Uint8Array, itemAt: ItemAt): Promise<BlockEntries> {
    const items = new Map<bigint, QueuedItem>()
    for (const { segments } of view.runs.runs)
      for (const segment of segments)
        if (segment.kind === BodyKind.inboxItem) {
          const index = view.runs.item(segment)
          items.set(index, await itemAt(index))
        }
    return BlockEntries.of(view, links, items)
  }

  /** As `read`, of a block whose items are at hand, by their index. */
  static of(view: EnteredBlock, links: Uint8Array, items: ReadonlyMap<bigint, QueuedItem>): BlockEntries {
    return new BlockEntries(view, linksOf(links), items)
  }

  get number(): bigint {
    return this.view.header.number
  }

  get header(): BlockHeader {
    return this.view.header
  }

  /** Places that the block touched, as keys. */
  touched(): IterableIterator<number> {
    return this.links.keys()
  }

  /**
   * Entries of one conversation from position `from` on as one record; undefined when there are none. The record of all of
   * them is made once.
   */
  record(key: number, from = 0n): EntriesRecord | undefined {
    const link = this.links.get(key)
    if (link === undefined) return undefined
    if (from > link.first) return this.writeRecord(key, link.first, { from, skip: 0 })
    let whole = this.records.get(key)
    if (whole === undefined) {
      whole = this.writeRecord(key, link.first, { from, skip: 0 })
      if (whole !== undefined) this.records.set(key, whole)
    }
    return whole
  }

  /** As `record`, without the first `skip` entries. */
  rest(key: number, skip: number): EntriesRecord | undefined {
    if (skip === 0) return this.record(key)
    const link = this.links.get(key)
    return link && this.writeRecord(key, link.first, { from: 0n, skip })
  }

  /** The record that says that the block is sealed. */
  sealing(): Uint8Array {
    const { header, signature } = this.view
    this.sealed ??= encodeServerRecord('sealed', { header, signature })
    return this.sealed
  }

  private writeRecord(
    key: number,
    first: bigint,
    { from, skip }: { readonly from: bigint; readonly skip: number },
  ): EntriesRecord | undefined {
    const shard = shardOf(key)
    const index = indexOf(key)
    const run = this.view.runs.runs.find((each) => each.shard === shard)
    if (run === undefined) return undefined
    const happenings = this.happeningsIn(run).get(index) ?? []
    let position = first
    const parts: EntryPart[] = []
    happenings.forEach((happening, i) => {
      const spoken = 'at' in happening
      if (position >= from && i >= skip)
        parts.push({ position, what: spoken ? happening : this.told(position, happening) })
      if (spoken || happening.event.selector === ConversationEventKind.message) position += 1n
    })
    const start = parts[0]
    if (start === undefined) return undefined
    const lengths = parts.map(({ what }) => (what instanceof Uint8Array ? what.length : messageEntryBytes))
    const { record, starts } = entriesRecord({ shard, index }, feedLevels.sealed, lengths)
    parts.forEach(({ position: own, what }, i) => {
      const at = starts[i] as number
      if (what instanceof Uint8Array) record.set(what, at)
      else this.writeMessage(record, at, own, what)
    })
    return { first: start.position, next: position, bytes: record }
  }

  private happeningsIn(run: ViewedRun): ReadonlyMap<number, readonly Happening[]> {
    let found = this.happenings.get(run.shard)
    if (found === undefined) {
      found = this.walk(run)
      this.happenings.set(run.shard, found)
    }
    return found
  }

  private walk(run: ViewedRun): ReadonlyMap<number, readonly Happening[]> {
    const { runs } = this.view
    const found = new Map<number, Happening[]>()
    const created = this.createdIn(run.shard)
    const add = (conversation: number | undefined, happening: Happening): void => {
      if (conversation === undefined) return
      const list = found.get(conversation)
      if (list === undefined) found.set(conversation, [happening])
      else list.push(happening)
    }
    run.segments.forEach((segment, s) => {
      const concerned = (operation: Operation): number | undefined =>
        operation.selector === OperationKind.createConversation ? created.get(s) : changedConversation(operation)
      if (segment.kind === BodyKind.messages)
        for (let i = 0; i < segment.messages; i += 1) {
          const at = segment.body + i * viewedMessageBytes
          add(runs.conversation(at), { at, signature: segment.signatures + i * signatureBytes })
        }
      else if (segment.kind === BodyKind.operation) {
        const operation = runs.operation(segment)
        const event: ConversationEvent = { selector: 1, value: { operation, signatures: this.signatures(segment) } }
        add(concerned(operation), { event, forced: false })
      } else if (!sameBytes(runs.root(segment.preRoot), runs.root(segment.postRoot))) {
        const { item } = this.items.get(runs.item(segment)) as QueuedItem
        if (item.selector === InboxItemKind.forcedMessage) {
          const { message, signature } = item.value
          const value = { member: message.member, content: message.content, signature }
          add(message.conversation, { event: { selector: 0, value }, forced: true })
        } else if (item.selector === InboxItemKind.forcedOperation) {
          const { operation, signatures } = item.value
          add(concerned(operation), { event: { selector: 1, value: { operation, signatures } }, forced: true })
        }
      }
    })
    return found
  }

  /** Conversations that the block created in a shard, by the segment that did. */
  private createdIn(shard: number): ReadonlyMap<number, number> {
    const created = new Map<number, number>()
    for (const [key, { createdIn }] of this.links)
      if (createdIn !== undefined && shardOf(key) === shard) created.set(createdIn, indexOf(key))
    return created
  }

  private signatures(segment: ViewedSegment): Uint8Array[] {
    const bytes = this.view.runs.signatures(segment)
    return Array.from({ length: segment.signatureCount }, (_, i) =>
      bytes.subarray(i * signatureBytes, (i + 1) * signatureBytes),
    )
  }

  private writeMessage(into: Buffer, start: number, position: bigint, { at, signature }: SpokenAt): void {
    const { header, runs } = this.view
    writeMessageEntry(into, start, { position, block: header.number, timestamp: header.timestamp })
    writeMessageEvent(
      into,
      start,
      runs.bytes.subarray(at + viewedMember, at + viewedMessageBytes),
      runs.witnessBytes.subarray(signature, signature + signatureBytes),
    )
  }

  private told(position: bigint, { event, forced }: Told): Uint8Array {
    const { number: block, timestamp } = this.view.header
    const entry: ConversationEntry = { position, block, timestamp, forced, event }
    return ConversationEntryType.serialize(entry)
  }
}
