import { ContainerType, ListCompositeType } from '@chainsafe/ssz'
import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  Bytes32Type,
  type InboxItem,
  InboxItemType,
  type L2Position,
  millis,
  type QueuedItem,
  Uint64Type,
} from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  highestNumber,
  keyOf,
  lastNumberOf,
  lazy,
  unchecksummed,
} from '@parley/runtime/level'
import { SequencerError } from '../faults.ts'
import { StoredClaimsType, storedOf, type ToldClaim, toldOf } from './stored-claims.ts'

const StoredItemType = new ContainerType(
  { item: InboxItemType, time: Uint64Type, inboxHash: Bytes32Type, l2Block: Uint64Type },
  { typeName: 'StoredItem' },
)
const CursorType = new ContainerType({ blockNumber: Uint64Type, blockHash: Bytes32Type }, { typeName: 'Cursor' })

const RemovalType = new ContainerType({ lineage: Bytes32Type, block: Uint64Type, root: Bytes32Type, at: Uint64Type })
const StandingType = new ContainerType(
  { claims: StoredClaimsType, removals: new ListCompositeType(RemovalType, 2 ** 16) },
  { typeName: 'Standing' },
)

const RescuesType = new ListCompositeType(new ContainerType({ header: BlockHeaderType, at: Uint64Type }), 2 ** 20, {
  typeName: 'Rescues',
})

const itemKey = (index: bigint): Uint8Array => keyOf('item/', index)
const cursorKey = keyOf('item-cursor')
const standingKey = keyOf('item-claims')
const rescuesKey = keyOf('item-rescues')

/** An inbox item and the L2 block that queued it. */
export interface StoredItem {
  readonly queued: QueuedItem
  readonly l2Block: bigint
}

/** A removal of claims, as the L2 told it. */
export interface Removal {
  /** The lineage that it began. */
  readonly lineage: Bytes32
  /** Last block that is left standing, and the root of its header. */
  readonly block: bigint
  readonly root: Bytes32
  /** Number of the L2 block that told it. */
  readonly at: bigint
}

/** A block that a rescue claimed. */
export interface RescuedHeader {
  readonly header: BlockHeader
  /** Number of the L2 block that told it. */
  readonly at: bigint
}

/** Claims, removals and rescues of safe L2 blocks: which blocks a removal left standing. */
export interface Standing {
  readonly claims: readonly ToldClaim[]
  readonly removals: readonly Removal[]
  /** In the order of the L2; those that were taken back, too. */
  readonly rescues: readonly RescuedHeader[]
}

/** What one page of L2 events changes. */
export interface InboxChange {
  /** Items from this index on are gone. */
  readonly keep?: bigint
  readonly add: readonly StoredItem[]
  /** Left out when the page told nothing of claims. */
  readonly standing?: Standing | undefined
  readonly cursor: L2Position
}

/** Inbox items and removals of safe L2 blocks, kept so that a restart needs no L2 to rebuild its blocks. */
export class InboxStore {
  /** Number of items; the next one has this index. */
  count: bigint
  cursor: L2Position | undefined
  standing: Standing

  private readonly db: BytesLevel

  private constructor(db: BytesLevel, count: bigint, cursor: L2Position | undefined, standing: Standing) {
    this.db = db
    this.count = count
    this.cursor = cursor
    this.standing = standing
  }

  /** @throws {SequencerError} `STORE_CORRUPT`. */
  static async open(db: BytesLevel): Promise<InboxStore> {
    const last = { gte: itemKey(0n), lte: itemKey(highestNumber), limit: 1, reverse: true }
    const [highest] = await db.keys(last).all()
    const cursor = await read(db, cursorKey, 'inbox cursor')
    const standing = await read(db, standingKey, 'safe claims')
    const { claims, removals } =
      standing === undefined ? { claims: [], removals: [] } : StandingType.deserialize(standing)
    const rescues = await read(db, rescuesKey, 'rescues')
    return new InboxStore(
      db,
      highest === undefined ? 0n : lastNumberOf(highest) + 1n,
      cursor && CursorType.deserialize(cursor),
      { claims: toldOf(claims), removals, rescues: rescues === undefined ? [] : RescuesType.deserialize(rescues) },
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
    const standing = change.standing ?? this.standing
    // A cursor alone may be lost: what it passed over is read again.
    const changed = removed.length + added.length > 0 || standing.removals !== this.standing.removals
    const operations = [
      ...removed,
      ...added,
      ...(change.standing === undefined ? [] : puttingStanding(change.standing)),
      { type: 'put' as const, key: cursorKey, value: cursor },
    ]
    await this.db.batch(operations, changed ? durable : lazy)
    this.count = keep + BigInt(change.add.length)
    this.cursor = change.cursor
    this.standing = standing
  }

  /** Lineage in force at the cursor. */
  lineage(genesis: Bytes32): Bytes32 {
    return this.standing.removals.at(-1)?.lineage ?? genesis
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
      items.push({ queued: { index, item: item as InboxItem, time: millis(time), inboxHash }, l2Block })
    }
    if (BigInt(items.length) !== to - from) throw corrupt('inbox item', from + BigInt(items.length))
    return items
  }

  /** One item. @throws {SequencerError} `STORE_CORRUPT`. */
  async item(index: bigint): Promise<QueuedItem> {
    const [stored] = await this.items(index, index + 1n)
    return (stored as StoredItem).queued
  }
}

function puttingStanding({ claims, removals, rescues }: Standing): BytesOperation[] {
  const putting = (key: Uint8Array, content: Uint8Array) =>
    ({ type: 'put', key, value: checksummed(key, content) }) as const
  return [
    putting(standingKey, StandingType.serialize({ claims: storedOf(claims), removals: [...removals] })),
    putting(rescuesKey, RescuesType.serialize([...rescues])),
  ]
}

async function read(db: BytesLevel, key: Uint8Array, what: string): Promise<Uint8Array | undefined> {
  const stored = await db.get(key)
  const content = stored && unchecksummed(key, stored)
  if (stored !== undefined && content === undefined) throw corrupt(what, 0n)
  return content
}

function corrupt(what: string, number: bigint): SequencerError {
  return new SequencerError({ code: 'STORE_CORRUPT', what, number, reason: 'missing, or the checksum does not hold' })
}
