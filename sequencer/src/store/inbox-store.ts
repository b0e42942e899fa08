import { ContainerType } from '@chainsafe/ssz'
import {
  Bytes32Type,
  type InboxItem,
  InboxItemType,
  type L2Position,
  type QueuedItem,
  Uint64Type,
} from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import {
  type BytesLevel,
  checksummed,
  durable,
  highestNumber,
  keyOf,
  lastNumberOf,
  lazy,
  unchecksummed,
} from '../level.ts'

const StoredItemType = new ContainerType(
  { item: InboxItemType, time: Uint64Type, inboxHash: Bytes32Type, l2Block: Uint64Type },
  { typeName: 'StoredItem' },
)
const CursorType = new ContainerType({ blockNumber: Uint64Type, blockHash: Bytes32Type }, { typeName: 'Cursor' })

const itemKey = (index: bigint): Uint8Array => keyOf('item/', index)
const cursorKey = keyOf('item-cursor')

/** An inbox item and the L2 block that queued it. */
export interface StoredItem {
  readonly queued: QueuedItem
  readonly l2Block: bigint
}

/** What one page of L2 events changes. */
export interface InboxChange {
  /** Items from this index on are gone. */
  readonly keep?: bigint
  readonly add: readonly StoredItem[]
  readonly cursor: L2Position
}

/** Inbox items of safe L2 blocks, kept so that a restart needs no L2 to rebuild its blocks. */
export class InboxStore {
  /** Number of items; the next one has this index. */
  count: bigint
  cursor: L2Position | undefined

  private readonly db: BytesLevel

  private constructor(db: BytesLevel, count: bigint, cursor: L2Position | undefined) {
    this.db = db
    this.count = count
    this.cursor = cursor
  }

  /** @throws {SequencerError} `STORE_CORRUPT`. */
  static async open(db: BytesLevel): Promise<InboxStore> {
    const last = { gte: itemKey(0n), lte: itemKey(highestNumber), limit: 1, reverse: true }
    const [highest] = await db.keys(last).all()
    const stored = await db.get(cursorKey)
    const cursor = stored && unchecksummed(cursorKey, stored)
    if (stored !== undefined && cursor === undefined) throw corrupt('inbox cursor', 0n)
    return new InboxStore(
      db,
      highest === undefined ? 0n : lastNumberOf(highest) + 1n,
      cursor && CursorType.deserialize(cursor),
    )
  }

  /** Writes a page as a whole; durably when items change. */
  async apply(change: InboxChange): Promise<void> {
    const keep = change.keep ?? this.count
    const removed = []
    for (let index = keep; index < this.count; index += 1n) removed.push({ type: 'del' as const, key: itemKey(index) })
    const added = change.add.map(({ queued, l2Block }) => {
      const key = itemKey(queued.index)
      const { item, time, inboxHash } = queued
      return {
        type: 'put' as const,
        key,
        value: checksummed(key, StoredItemType.serialize({ item, time, inboxHash, l2Block })),
      }
    })
    const cursor = checksummed(cursorKey, CursorType.serialize(change.cursor))
    // A cursor alone may be lost: what it passed over is read again.
    const changed = removed.length + added.length > 0
    const operations = [...removed, ...added, { type: 'put' as const, key: cursorKey, value: cursor }]
    await this.db.batch(operations, changed ? durable : lazy)
    this.count = keep + BigInt(change.add.length)
    this.cursor = change.cursor
  }

  /**
   * Items from `from` up to `to`, exclusive.
   * @throws {SequencerError} `STORE_CORRUPT` when one is missing or damaged.
   */
  async items(from: bigint, to: bigint): Promise<StoredItem[]> {
    const items: StoredItem[] = []
    for await (const [key, value] of this.db.iterator({ gte: itemKey(from), lt: itemKey(to) })) {
      const index = from + BigInt(items.length)
      const content = unchecksummed(key, value)
      if (content === undefined || lastNumberOf(key) !== index) throw corrupt('inbox item', index)
      const { item, time, inboxHash, l2Block } = StoredItemType.deserialize(content)
      items.push({ queued: { index, item: item as InboxItem, time, inboxHash }, l2Block })
    }
    if (BigInt(items.length) !== to - from) throw corrupt('inbox item', from + BigInt(items.length))
    return items
  }
}

function corrupt(what: string, number: bigint): SequencerError {
  return new SequencerError({ code: 'STORE_CORRUPT', what, number, reason: 'missing, or the checksum does not hold' })
}
