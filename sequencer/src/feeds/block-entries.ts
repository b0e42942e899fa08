import {
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
import { type ConversationLink, changedConversation, linksOf } from '../derived/conversation-index.ts'
import { type ConversationPlace, placeKey, shardOf } from '../derived/place.ts'

/** One entry of a conversation as its feed sends it. */
export interface EncodedEntry {
  readonly position: bigint
  /** Position of the entry that follows it. */
  readonly next: bigint
  /** SSZ of the `ConversationEntry`, shared by all feeds. */
  readonly bytes: Uint8Array
}

type ItemAt = (index: bigint) => Promise<QueuedItem>

/** Of an entry that is a message: position 8, block 8, timestamp 8, forced 1, offset 4, selector 1, member 2, content 32, signature 64. */
const messageEntryBytes = 128
const eventOffset = 29

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

/**
 * What happened in the conversations of one block. The block's runs are walked once for all feeds that ask, and an entry
 * is encoded once, however many feeds send it.
 */
export class BlockEntries {
  private readonly view: BlockView
  private readonly links: ReadonlyMap<number, ConversationLink>
  private readonly items: ReadonlyMap<bigint, QueuedItem>
  private readonly happenings = new Map<number, ReadonlyMap<number, readonly Happening[]>>()
  private readonly encoded = new Map<number, readonly EncodedEntry[]>()

  private constructor(
    view: BlockView,
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
  static async read(view: BlockView, links: Uint8Array, itemAt: ItemAt): Promise<BlockEntries> {
    const items = new Map<bigint, QueuedItem>()
    for (const { segments } of view.runs.runs)
      for (const segment of segments)
        if (segment.kind === BodyKind.inboxItem) {
          const index = view.runs.item(segment)
          items.set(index, await itemAt(index))
        }
    return new BlockEntries(view, linksOf(links), items)
  }

  /** Where the block touched the conversation; undefined when it did not. */
  link(place: ConversationPlace): ConversationLink | undefined {
    return this.links.get(placeKey(place))
  }

  /** All entries of one conversation, in order; none when the block did not touch it. */
  of(place: ConversationPlace): readonly EncodedEntry[] {
    const key = placeKey(place)
    const known = this.encoded.get(key)
    if (known !== undefined) return known
    const link = this.links.get(key)
    const run = this.view.runs.runs.find(({ shard }) => shard === place.shard)
    if (link === undefined || run === undefined) return []
    const entries = this.encode(this.happeningsIn(run).get(place.index) ?? [], link.first)
    this.encoded.set(key, entries)
    return entries
  }

  private encode(happenings: readonly Happening[], first: bigint): readonly EncodedEntry[] {
    let position = first
    return happenings.map((happening) => {
      const spoken = 'at' in happening
      const counts = spoken || happening.event.selector === ConversationEventKind.message
      const bytes = spoken ? this.messageEntry(position, happening) : this.toldEntry(position, happening)
      const entry = { position, next: counts ? position + 1n : position, bytes }
      position = entry.next
      return entry
    })
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
      if (createdIn !== undefined && shardOf(key) === shard) created.set(createdIn, key % 2 ** 32)
    return created
  }

  private signatures(segment: ViewedSegment): Uint8Array[] {
    const bytes = this.view.runs.signatures(segment)
    return Array.from({ length: segment.signatureCount }, (_, i) =>
      bytes.subarray(i * signatureBytes, (i + 1) * signatureBytes),
    )
  }

  private messageEntry(position: bigint, { at, signature }: SpokenAt): Uint8Array {
    const { header, runs } = this.view
    const bytes = new Uint8Array(messageEntryBytes)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, position, true)
    view.setBigUint64(8, header.number, true)
    view.setBigUint64(16, header.timestamp, true)
    view.setUint32(eventOffset - 4, eventOffset, true)
    bytes.set(runs.bytes.subarray(at + viewedMember, at + viewedMessageBytes), eventOffset + 1)
    bytes.set(runs.witnessBytes.subarray(signature, signature + signatureBytes), messageEntryBytes - signatureBytes)
    return bytes
  }

  private toldEntry(position: bigint, { event, forced }: Told): Uint8Array {
    const { number: block, timestamp } = this.view.header
    const entry: ConversationEntry = { position, block, timestamp, forced, event }
    return ConversationEntryType.serialize(entry)
  }
}
