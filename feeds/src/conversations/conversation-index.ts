import {
  BodyKind,
  type ForcedOperation,
  InboxItemKind,
  limits,
  type Operation,
  OperationKind,
  type QueuedItem,
  type RunsView,
  sameBytes,
  type ViewedRun,
  type ViewedSegment,
  viewedMessageBytes,
} from '@parley/protocol'
import { type ConversationPlace, placeKey } from './place.ts'

/** Where one block touched a conversation. */
export interface ConversationLink {
  /** Messages the conversation had before the block. */
  readonly first: bigint
  /** Number of the block that touched it before; 0 when none did. */
  readonly previous: bigint
  /** Segment of the shard's run that created it, if this block did. */
  readonly createdIn: number | undefined
}

const linkBytes = 23
const notCreated = 0xffff

/** The conversation whose membership an operation changes; creations have no index of their own yet. */
export function changedConversation(operation: Operation): number | undefined {
  return operation.selector === OperationKind.changeMembers ? operation.value.conversation : undefined
}

class ShardIndex {
  conversations = 0
  messages = new Float64Array(64)
  lastBlock = new Float64Array(64)

  open(): number {
    const index = this.conversations
    this.conversations += 1
    if (this.conversations > this.messages.length) {
      this.messages = grown(this.messages)
      this.lastBlock = grown(this.lastBlock)
    }
    return index
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length)
  larger.set(values)
  return larger
}

/**
 * Finds the blocks that touched a conversation: each block keeps, for every conversation it touches, the number of the
 * block that touched it before. Memory is 16 bytes a conversation and nothing is searched.
 */
export class ConversationIndex {
  private readonly shards = Array.from({ length: limits.shards }, () => new ShardIndex())

  /** Number of the last block that touched the conversation; 0 when none did. */
  lastBlock(shard: number, conversation: number): bigint {
    return BigInt(this.shards[shard]?.lastBlock[conversation] ?? 0)
  }

  /** Messages of the conversation, those of its last block included. */
  messages({ shard, index }: ConversationPlace): bigint {
    return BigInt(this.shards[shard]?.messages[index] ?? 0)
  }

  /** Conversations that blocks created in a shard. */
  conversations(shard: number): number {
    return this.shards[shard]?.conversations ?? 0
  }

  /** Takes in the runs of block `number` and returns its links, to be stored with it. */
  add(number: bigint, view: RunsView, itemAt: (index: bigint) => QueuedItem): Uint8Array {
    const links = new LinkWriter()
    for (const run of view.runs)
      new RunIndexer(this.shards[run.shard] as ShardIndex, run, Number(number), links).add(view, itemAt)
    return links.bytes()
  }

  /** One shard's part, for a snapshot. */
  encode(shard: number): Uint8Array {
    const { conversations, messages, lastBlock } = this.shards[shard] as ShardIndex
    const bytes = new Uint8Array(16 * conversations)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < conversations; i += 1) {
      view.setFloat64(16 * i, messages[i] as number)
      view.setFloat64(16 * i + 8, lastBlock[i] as number)
    }
    return bytes
  }

  /** Puts in one conversation as it was after some block. Those of a shard come in the order of their indexes. */
  put({ shard, index }: ConversationPlace, state: { readonly messages: number; readonly lastBlock: number }): void {
    const own = this.shards[shard] as ShardIndex
    while (own.conversations <= index) own.open()
    own.messages[index] = state.messages
    own.lastBlock[index] = state.lastBlock
  }

  /** Replaces one shard's part by what `encode` gave. */
  restore(shard: number, bytes: Uint8Array): void {
    const index = new ShardIndex()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < bytes.length / 16; i += 1) {
      index.open()
      index.messages[i] = view.getFloat64(16 * i)
      index.lastBlock[i] = view.getFloat64(16 * i + 8)
    }
    this.shards[shard] = index
  }
}

/** Takes one run into the index of its shard. */
class RunIndexer {
  private readonly index: ShardIndex
  private readonly run: ViewedRun
  private readonly block: number
  private readonly links: LinkWriter

  constructor(index: ShardIndex, run: ViewedRun, block: number, links: LinkWriter) {
    this.index = index
    this.run = run
    this.block = block
    this.links = links
  }

  add(view: RunsView, itemAt: (index: bigint) => QueuedItem): void {
    this.run.segments.forEach((segment, s) => {
      if (segment.kind === BodyKind.messages) this.sayAll(view, segment)
      else if (segment.kind === BodyKind.operation) this.operate(view.operation(segment), s)
      else this.force(view, segment, s, itemAt)
    })
  }

  private sayAll(view: RunsView, { body, messages }: ViewedSegment): void {
    for (let i = 0; i < messages; i += 1) this.say(view.conversation(body + i * viewedMessageBytes))
  }

  private force(view: RunsView, segment: ViewedSegment, s: number, itemAt: (index: bigint) => QueuedItem): void {
    // An invalid item leaves the shard's root as it was.
    if (sameBytes(view.root(segment.preRoot), view.root(segment.postRoot))) return
    const { item } = itemAt(view.item(segment))
    if (item.selector === InboxItemKind.forcedMessage) this.say(item.value.message.conversation)
    if (item.selector === InboxItemKind.forcedOperation) this.operate((item.value as ForcedOperation).operation, s)
  }

  private say(conversation: number): void {
    this.touch(conversation)
    this.index.messages[conversation] = (this.index.messages[conversation] as number) + 1
  }

  private operate(operation: Operation, segment: number): void {
    const changed = changedConversation(operation)
    if (changed !== undefined) this.touch(changed)
    if (operation.selector === OperationKind.createConversation) this.touch(this.index.open(), segment)
  }

  private touch(conversation: number, createdIn = notCreated): void {
    const { index, run, block, links } = this
    const previous = index.lastBlock[conversation] as number
    if (previous === block) return
    links.add(run.shard, conversation, index.messages[conversation] as number, previous, createdIn)
    index.lastBlock[conversation] = block
  }
}

class LinkWriter {
  private buffer = new Uint8Array(64 * linkBytes)
  private view = new DataView(this.buffer.buffer)
  private length = 0

  add(shard: number, conversation: number, first: number, previous: number, createdIn: number): void {
    if (this.length + linkBytes > this.buffer.length) {
      const larger = new Uint8Array(2 * this.buffer.length)
      larger.set(this.buffer)
      this.buffer = larger
      this.view = new DataView(larger.buffer)
    }
    const { view, length: at } = this
    view.setUint8(at, shard)
    view.setUint32(at + 1, conversation)
    view.setFloat64(at + 5, first)
    view.setFloat64(at + 13, previous)
    view.setUint16(at + 21, createdIn)
    this.length += linkBytes
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length)
  }
}

/** Link of one conversation among a block's links; undefined when the block did not touch it. */
export function findLink(links: Uint8Array, { shard, index }: ConversationPlace): ConversationLink | undefined {
  const view = new DataView(links.buffer, links.byteOffset, links.byteLength)
  for (let offset = 0; offset + linkBytes <= links.length; offset += linkBytes)
    if (view.getUint8(offset) === shard && view.getUint32(offset + 1) === index) return linkAt(view, offset)
  return undefined
}

/** All links of a block by the key of their place. */
export function linksOf(links: Uint8Array): ReadonlyMap<number, ConversationLink> {
  const view = new DataView(links.buffer, links.byteOffset, links.byteLength)
  const found = new Map<number, ConversationLink>()
  for (let offset = 0; offset + linkBytes <= links.length; offset += linkBytes)
    found.set(placeKey({ shard: view.getUint8(offset), index: view.getUint32(offset + 1) }), linkAt(view, offset))
  return found
}

function linkAt(view: DataView, offset: number): ConversationLink {
  const createdIn = view.getUint16(offset + 21)
  return {
    first: BigInt(view.getFloat64(offset + 5)),
    previous: BigInt(view.getFloat64(offset + 13)),
    createdIn: createdIn === notCreated ? undefined : createdIn,
  }
}
