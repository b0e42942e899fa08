import { ContainerType } from '@chainsafe/ssz'
import {
  type ConversationIndex,
  type ConversationLink,
  type ConversationPlace,
  findLink,
  linksOf,
  placeOfKey,
} from '@parley/feeds'
import {
  type BlockHeader,
  BlockView,
  Bytes32Type,
  InboxItemType,
  millis,
  type QueuedItem,
  Uint64Type,
} from '@parley/protocol'
import { type BytesLevel, type BytesOperation, checksummed, durable, keyOf, unchecksummed } from '@parley/runtime/level'
import { RelayError } from '../faults.ts'

const StoredItemType = new ContainerType(
  { item: InboxItemType, time: Uint64Type, inboxHash: Bytes32Type },
  { typeName: 'StoredItem' },
)
/** First block kept, the last one, and the bytes of all between. */
const ExtentType = new ContainerType({ first: Uint64Type, head: Uint64Type, bytes: Uint64Type }, { typeName: 'Extent' })

const blockKey = (number: bigint): Uint8Array => keyOf('block/', number)
const linksKey = (number: bigint): Uint8Array => keyOf('links/', number)
const itemKey = (index: bigint): Uint8Array => keyOf('item/', index)
const indexes = 2n ** 32n
const conversationKey = ({ shard, index }: ConversationPlace): Uint8Array =>
  keyOf('talk/', BigInt(shard) * indexes + BigInt(index))
const extentKey = keyOf('extent')
const conversationRange = { gte: keyOf('talk/', 0n), lte: keyOf('talk/', 2n ** 64n - 1n) }

/** Blocks that stay in memory, for those who follow closely. */
const recentBlocks = 32

interface RecentBlock {
  readonly bytes: Uint8Array
  readonly links: Uint8Array
}

/** A block with all that is needed to serve its entries. */
export interface RelayedBlock {
  readonly view: BlockView
  readonly links: Uint8Array
  /** Inbox items that it consumed. */
  readonly items: readonly QueuedItem[]
}

/**
 * Blocks of a relay and the index of their conversations, each block in one durable write: whatever moment the process is
 * killed at, both are those of one block.
 */
export class RelayStore {
  /** Number of the first block kept; head + 1 when there is none. */
  first: bigint
  /** Number of the last block; 0 when there is none. */
  head: bigint
  /** Bytes of all blocks kept. */
  bytesKept: bigint
  private readonly db: BytesLevel
  private readonly recent = new Map<bigint, RecentBlock>()

  private constructor(db: BytesLevel, extent: { first: bigint; head: bigint; bytes: bigint }) {
    this.db = db
    this.first = extent.first
    this.head = extent.head
    this.bytesKept = extent.bytes
  }

  /** @throws {RelayError} `STORE_CORRUPT`. */
  static async open(db: BytesLevel): Promise<RelayStore> {
    const value = await db.get(extentKey)
    if (value === undefined) return new RelayStore(db, { first: 1n, head: 0n, bytes: 0n })
    const content = unchecksummed(extentKey, value)
    if (content === undefined) throw corrupt('extent', 0n)
    return new RelayStore(db, ExtentType.deserialize(content))
  }

  /** Puts the conversations of all blocks into an index. @throws {RelayError} `STORE_CORRUPT`. */
  async loadIndex(index: ConversationIndex): Promise<void> {
    for await (const [key, value] of this.db.iterator(conversationRange)) {
      const stored = new DataView(key.buffer, key.byteOffset).getBigUint64(key.length - 8)
      const place = { shard: Number(stored / indexes), index: Number(stored % indexes) }
      const content = unchecksummed(key, value)
      if (content === undefined) throw corrupt('conversation', stored)
      const view = new DataView(content.buffer, content.byteOffset)
      index.put(place, { messages: view.getFloat64(0), lastBlock: view.getFloat64(8) })
    }
  }

  /** Stores the block after the head. @param index - That has taken the block in. */
  async add({ view, links, items }: RelayedBlock, index: ConversationIndex): Promise<void> {
    const { number } = view.header
    const operations: BytesOperation[] = [
      put(blockKey(number), view.bytes),
      put(linksKey(number), links),
      ...items.map((item) => put(itemKey(item.index), StoredItemType.serialize(item))),
      ...[...linksOf(links).keys()].map((key) => this.putConversation(placeOfKey(key), index)),
    ]
    const bytes = this.bytesKept + BigInt(view.bytes.length)
    await this.write(operations, { first: this.first, head: number, bytes })
    this.remember(number, { bytes: view.bytes, links })
  }

  /** @throws {RelayError} `STORE_CORRUPT`. */
  async bytes(number: bigint): Promise<Uint8Array | undefined> {
    return this.recent.get(number)?.bytes ?? (await this.read(blockKey(number), 'block', number))
  }

  async links(number: bigint): Promise<Uint8Array | undefined> {
    return this.recent.get(number)?.links ?? (await this.read(linksKey(number), 'links', number))
  }

  async link(number: bigint, place: ConversationPlace): Promise<ConversationLink | undefined> {
    const links = await this.links(number)
    return links && findLink(links, place)
  }

  async header(number: bigint): Promise<BlockHeader | undefined> {
    const bytes = await this.bytes(number)
    return bytes && BlockView.read(bytes).header
  }

  async item(index: bigint): Promise<QueuedItem> {
    const bytes = await this.read(itemKey(index), 'inbox item', index)
    if (bytes === undefined) throw corrupt('inbox item', index)
    const { item, time, inboxHash } = StoredItemType.deserialize(bytes)
    return { index, item, time: millis(time), inboxHash } as QueuedItem
  }

  /**
   * Drops the blocks above `number`, which a removal voided, and puts their conversations back to where they were.
   * @throws {RelayError} `STORE_CORRUPT` when one of them is no longer kept.
   */
  async dropAbove(number: bigint): Promise<void> {
    for (let above = this.head; above > number; above -= 1n) {
      const [bytes, links] = await Promise.all([this.bytes(above), this.links(above)])
      if (bytes === undefined || links === undefined) throw corrupt('block', above)
      const operations: BytesOperation[] = [
        { type: 'del', key: blockKey(above) },
        { type: 'del', key: linksKey(above) },
      ]
      for (const [key, { first, previous, createdIn }] of linksOf(links)) {
        const own = conversationKey(placeOfKey(key))
        if (createdIn === undefined) operations.push(put(own, conversationBytes(Number(first), Number(previous))))
        else operations.push({ type: 'del', key: own })
      }
      this.recent.delete(above)
      await this.write(operations, {
        first: this.first,
        head: above - 1n,
        bytes: this.bytesKept - BigInt(bytes.length),
      })
    }
  }

  /** Forgets the oldest blocks before `before` until no more than `maximum` bytes are kept; their conversations stay known. */
  async forget(before: bigint, maximum: bigint): Promise<void> {
    while (this.bytesKept > maximum && this.first < before && this.first < this.head) {
      const number = this.first
      const bytes = await this.bytes(number)
      if (bytes === undefined) throw corrupt('block', number)
      this.recent.delete(number)
      await this.write(
        [
          { type: 'del', key: blockKey(number) },
          { type: 'del', key: linksKey(number) },
        ],
        { first: number + 1n, head: this.head, bytes: this.bytesKept - BigInt(bytes.length) },
      )
    }
  }

  private async write(
    operations: BytesOperation[],
    extent: { readonly first: bigint; readonly head: bigint; readonly bytes: bigint },
  ): Promise<void> {
    await this.db.batch([...operations, put(extentKey, ExtentType.serialize(extent))], durable)
    this.first = extent.first
    this.head = extent.head
    this.bytesKept = extent.bytes
  }

  private putConversation(place: ConversationPlace, index: ConversationIndex): BytesOperation {
    const last = Number(index.lastBlock(place.shard, place.index))
    return put(conversationKey(place), conversationBytes(Number(index.messages(place)), last))
  }

  private async read(key: Uint8Array, what: string, number: bigint): Promise<Uint8Array | undefined> {
    const value = await this.db.get(key)
    if (value === undefined) return undefined
    const content = unchecksummed(key, value)
    if (content === undefined) throw corrupt(what, number)
    return content
  }

  private remember(number: bigint, block: RecentBlock): void {
    this.recent.set(number, block)
    for (const oldest of this.recent.keys()) {
      if (this.recent.size <= recentBlocks) break
      this.recent.delete(oldest)
    }
  }
}

const put = (key: Uint8Array, content: Uint8Array): BytesOperation => ({
  type: 'put',
  key,
  value: checksummed(key, content),
})

function conversationBytes(messages: number, lastBlock: number): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setFloat64(0, messages)
  view.setFloat64(8, lastBlock)
  return bytes
}

const corrupt = (what: string, number: bigint): RelayError =>
  new RelayError({ code: 'STORE_CORRUPT', what, number, reason: 'it is missing, or the checksum does not hold' })
