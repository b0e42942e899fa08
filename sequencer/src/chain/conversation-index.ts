import {
  type Block,
  BodyKind,
  type ForcedOperation,
  InboxItemKind,
  limits,
  type Operation,
  OperationKind,
  type QueuedItem,
  type Run,
  type Segment,
  sameBytes,
} from '@parley/protocol'

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

/** What an inbox item that took effect did; invalid ones leave the shard's root as it was. */
export function forcedEffect(segment: Segment, itemAt: (index: bigint) => QueuedItem): QueuedItem['item'] | undefined {
  if (segment.body.selector !== BodyKind.inboxItem || sameBytes(segment.preRoot, segment.postRoot)) return undefined
  return itemAt(segment.body.value).item
}

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

  /** Takes in a block and returns its links, to be stored with it. */
  add(block: Block, itemAt: (index: bigint) => QueuedItem): Uint8Array {
    const links = new LinkWriter()
    for (const run of block.runs) this.addRun(run, Number(block.header.number), itemAt, links)
    return links.bytes()
  }

  private addRun(run: Run, block: number, itemAt: (index: bigint) => QueuedItem, links: LinkWriter): void {
    const shard = this.shards[run.shard] as ShardIndex
    const touch = (conversation: number, createdIn = notCreated): void => {
      const previous = shard.lastBlock[conversation] as number
      if (previous === block) return
      links.add(run.shard, conversation, shard.messages[conversation] as number, previous, createdIn)
      shard.lastBlock[conversation] = block
    }
    const say = (conversation: number): void => {
      touch(conversation)
      shard.messages[conversation] = (shard.messages[conversation] as number) + 1
    }
    const operate = (operation: Operation, segment: number): void => {
      const changed = changedConversation(operation)
      if (changed !== undefined) touch(changed)
      if (operation.selector === OperationKind.createConversation) touch(shard.open(), segment)
    }
    run.segments.forEach((segment, s) => {
      const { body } = segment
      if (body.selector === BodyKind.messages) for (const message of body.value) say(message.conversation)
      else if (body.selector === BodyKind.operation) operate(body.value, s)
      else {
        const item = forcedEffect(segment, itemAt)
        if (item?.selector === InboxItemKind.forcedMessage) say(item.value.message.conversation)
        if (item?.selector === InboxItemKind.forcedOperation) operate((item.value as ForcedOperation).operation, s)
      }
    })
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

class LinkWriter {
  private buffer = new Uint8Array(64 * linkBytes)
  private length = 0

  add(shard: number, conversation: number, first: number, previous: number, createdIn: number): void {
    if (this.length + linkBytes > this.buffer.length) {
      const larger = new Uint8Array(2 * this.buffer.length)
      larger.set(this.buffer)
      this.buffer = larger
    }
    const view = new DataView(this.buffer.buffer, this.length, linkBytes)
    view.setUint8(0, shard)
    view.setUint32(1, conversation)
    view.setFloat64(5, first)
    view.setFloat64(13, previous)
    view.setUint16(21, createdIn)
    this.length += linkBytes
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length)
  }
}

/** Link of one conversation among a block's links; undefined when the block did not touch it. */
export function findLink(links: Uint8Array, shard: number, conversation: number): ConversationLink | undefined {
  const view = new DataView(links.buffer, links.byteOffset, links.byteLength)
  for (let offset = 0; offset + linkBytes <= links.length; offset += linkBytes) {
    if (view.getUint8(offset) !== shard || view.getUint32(offset + 1) !== conversation) continue
    const createdIn = view.getUint16(offset + 21)
    return {
      first: BigInt(view.getFloat64(offset + 5)),
      previous: BigInt(view.getFloat64(offset + 13)),
      createdIn: createdIn === notCreated ? undefined : createdIn,
    }
  }
  return undefined
}
