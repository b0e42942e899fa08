import { type BlockHeader, type Bytes32, blockBytesOf, type ViewedBlock, viewBlock } from '@parley/protocol'
import { NodeError } from '../faults.ts'
import {
  type Joined,
  JoinedType,
  storedFormat,
  type Tip,
  TipType,
  VerifiedClaimType,
  type VerifiedState,
  VerifiedStateType,
} from './chain-records.ts'
import { HistoryIndex, type PagesRead, type RecordGrowth, type RecordLength } from './history-index.ts'
import type { HistoryPage } from './history-pages.ts'
import {
  decodeRecord,
  del,
  type NodeStore,
  numberAt,
  numberKey,
  put,
  type Table,
  tableOf,
  type Write,
  writeAll,
} from './node-store.ts'

const tipKey = new TextEncoder().encode('tip')
const prunedKey = new TextEncoder().encode('pruned')
const joinedKey = new TextEncoder().encode('joined')
const formatKey = new TextEncoder().encode('format')

/** A verified block with everything that is recorded of it. */
export interface VerifiedBlock {
  readonly block: ViewedBlock
  readonly state: VerifiedState
  /** What it adds to the records of conversations. */
  readonly pages: readonly HistoryPage[]
  /** What it changed in the state, for `StateView.apply`. */
  readonly changes: readonly Uint8Array[]
}

/** The claim that a block ends, when it ends one. */
export interface CompletedClaim {
  readonly number: bigint
  readonly hash: Bytes32
  readonly first: bigint
}

/** Verified blocks, the record of every conversation, and how far verification has come. */
export class ChainStore {
  private readonly db: NodeStore
  private readonly meta: Table
  private readonly blocks: Table
  private readonly witnesses: Table
  private readonly states: Table
  private readonly claims: Table
  private readonly changed: Table
  private readonly index: HistoryIndex
  private currentTip: Tip
  private rewritten = 0
  private base: Joined | undefined

  private constructor(db: NodeStore) {
    this.db = db
    this.meta = tableOf(db, 'chain-meta')
    this.blocks = tableOf(db, 'chain-block')
    this.witnesses = tableOf(db, 'chain-witness')
    this.states = tableOf(db, 'chain-state')
    this.claims = tableOf(db, 'chain-claim')
    this.changed = tableOf(db, 'chain-change')
    this.index = new HistoryIndex(db)
    this.currentTip = {
      claim: 0n,
      claimHash: new Uint8Array(32),
      claimBlock: 0n,
      block: 0n,
      rootsCompared: 0n,
      rootsEqual: 0n,
    }
  }

  /** @throws {NodeError} `STORE_INVALID` when another version wrote it. */
  static async open(db: NodeStore): Promise<ChainStore> {
    const store = new ChainStore(db)
    await Promise.all([store.blocks.open(), store.index.open()])
    const [stored, format, joined] = await store.meta.getMany([tipKey, formatKey, joinedKey])
    await store.assertFormat(format, stored !== undefined)
    if (stored !== undefined) store.currentTip = decodeRecord('tip', TipType, stored)
    if (joined !== undefined) store.base = decodeRecord('joined', JoinedType, joined)
    return store
  }

  private async assertFormat(format: Uint8Array | undefined, isUsed: boolean): Promise<void> {
    if (format === undefined && !isUsed) {
      await writeAll(this.db, [put(this.meta, formatKey, numberKey(storedFormat))])
      return
    }
    const received = format === undefined ? 1n : numberAt(format)
    if (received === storedFormat) return
    const reason = `form ${received} where this version has ${storedFormat}; start again over an empty directory`
    throw new NodeError({ code: 'STORE_INVALID', record: 'form', reason })
  }

  get tip(): Tip {
    return this.currentTip
  }

  /** Where this node joined; undefined when it verified the chain from the first block on. */
  get joined(): Joined | undefined {
    return this.base
  }

  /** Changes when entries of records are taken back or lose their signatures; what is only added changes nothing before it. */
  get version(): number {
    return this.rewritten
  }

  /** SSZ of a block, as stored. */
  blockBytes(number: bigint): Uint8Array | undefined {
    return number > this.currentTip.block ? undefined : this.blocks.getSync(numberKey(number))
  }

  /** A block with its signatures, as bytes; undefined once those are pruned. */
  async signedBlock(number: bigint): Promise<ViewedBlock | undefined> {
    const key = numberKey(number)
    const [bytes, witness] = await Promise.all([this.blocks.get(key), this.witnesses.get(key)])
    if (bytes === undefined || witness === undefined) return undefined
    return decodeRecord('signed block', { deserialize: (block) => viewBlock(block, witness) }, bytes)
  }

  /** The verified claim under `number`, whether it still stands or not. */
  async claim(number: bigint): Promise<{ hash: Bytes32; first: bigint; last: bigint } | undefined> {
    const stored = await this.claims.get(numberKey(number))
    return stored === undefined ? undefined : decodeRecord('verified claim', VerifiedClaimType, stored)
  }

  /** Number of the verified claim that covers a block: the first that ends at or after it. */
  async claimOf(block: bigint): Promise<bigint | undefined> {
    if (block === 0n) return 0n
    if (block > this.currentTip.claimBlock) return undefined
    if (this.base !== undefined && block <= this.base.block) return undefined
    let low = (this.base?.claim ?? 0n) + 1n
    let high = this.currentTip.claim
    while (low < high) {
      const middle = (low + high) / 2n
      const claim = await this.claim(middle)
      if (claim === undefined) throw missing('verified claim', middle)
      if (claim.last >= block) high = middle
      else low = middle + 1n
    }
    return low
  }

  /** How far a conversation's record goes. */
  recordLength(shard: number, conversation: number): RecordLength {
    // Before the first block there may be lengths of a snapshot that is being checked.
    return this.currentTip.block === 0n ? { entries: 0n, block: 0n } : this.index.length(shard, conversation)
  }

  /**
   * Pages of a conversation's record from place `from` on, with at least `count` entries from there if there are as many.
   * @throws {NodeError} `HISTORY_UNKNOWN`.
   */
  async pages(shard: number, conversation: number, from: bigint, count: number): Promise<PagesRead> {
    const read = await this.index.read(shard, conversation, from, count)
    if (this.base === undefined) return read
    const { entries } = this.recordLength(shard, conversation)
    const first = read.pages.length === 0 ? entries : from - BigInt(read.skipped)
    if (from < first) throw new NodeError({ code: 'HISTORY_UNKNOWN', what: 'entry', asked: from, first })
    return read
  }

  /** Forgets how far records go, before the first block. */
  async clearRecords(): Promise<void> {
    await this.index.clearLengths()
  }

  /** How far the records of a shard go at a snapshot that is being checked; they count from `adopt` on. */
  async writeRecordLengths(shard: number, entries: Iterable<bigint>): Promise<void> {
    await this.index.writeLengths(shard, entries)
  }

  /** Goes on from a state that was checked as a whole, which claim `completed` ends with. Nothing may be verified yet. */
  async adopt(state: VerifiedState, completed: CompletedClaim): Promise<void> {
    const { number: block } = state.header
    const { number: claim, hash, first } = completed
    const roots = BigInt(state.shardRoots.length) + 1n
    const { rootsCompared, rootsEqual } = this.currentTip
    const tip: Tip = {
      claim,
      claimHash: hash,
      claimBlock: block,
      block,
      rootsCompared: rootsCompared + roots,
      rootsEqual: rootsEqual + roots,
    }
    const base = { claim, block }
    await writeAll(this.db, [
      put(this.claims, numberKey(claim), VerifiedClaimType.serialize({ hash, first, last: block })),
      put(this.states, numberKey(block), serializeState(state)),
      put(this.meta, joinedKey, JoinedType.serialize(base)),
      put(this.meta, prunedKey, numberKey(block)),
      put(this.meta, tipKey, TipType.serialize(tip)),
    ])
    this.currentTip = tip
    this.base = base
    this.rewritten += 1
  }

  /** What a block added to records. */
  growth(block: bigint): Promise<RecordGrowth[]> {
    return this.index.growth(block)
  }

  /**
   * Records a verified block, and the end of its claim when it ends one, at once.
   * @param roots - Roots of it that were compared, all equal.
   */
  async append(verified: VerifiedBlock, roots: number, completed: CompletedClaim | undefined): Promise<void> {
    const { block, state, pages, changes } = verified
    const { number } = block.header
    const key = numberKey(number)
    // What a join that was given up left behind.
    if (number === 1n) await this.index.clearLengths()
    const tip: Tip = {
      ...this.currentTip,
      block: number,
      rootsCompared: this.currentTip.rootsCompared + BigInt(roots),
      rootsEqual: this.currentTip.rootsEqual + BigInt(roots),
      ...(completed === undefined ? {} : { claim: completed.number, claimHash: completed.hash, claimBlock: number }),
    }
    const writes = [
      put(this.blocks, key, blockBytesOf(block)),
      put(this.witnesses, key, block.runs.witnessBytes),
      put(this.changed, key, Buffer.concat(changes)),
      ...(await this.index.writes(number, pages)),
      put(this.meta, tipKey, TipType.serialize(tip)),
    ]
    if (completed !== undefined) {
      const claim = { hash: completed.hash, first: completed.first, last: number }
      writes.push(put(this.claims, numberKey(completed.number), VerifiedClaimType.serialize(claim)))
      // States are kept where claims end: there verification can be taken up again.
      writes.push(put(this.states, key, serializeState(state)))
    }
    await writeAll(this.db, writes)
    this.currentTip = tip
  }

  /** The state after the last block of a verified claim. */
  async stateAt(block: bigint): Promise<VerifiedState | undefined> {
    const stored = await this.states.get(numberKey(block))
    return stored === undefined ? undefined : decodeRecord('state', VerifiedStateType, stored)
  }

  /** What blocks changed in the state, in their order; undefined when it is not stored of one of them. */
  async changes(first: bigint, last: bigint): Promise<Uint8Array[] | undefined> {
    const stored = await this.changed.values({ gte: numberKey(first), lte: numberKey(last) }).all()
    return BigInt(stored.length) === last - first + 1n ? stored : undefined
  }

  /** Forgets what blocks up to `through` changed. */
  async forgetChanges(through: bigint): Promise<void> {
    await this.changed.clear({ lte: numberKey(through) })
  }

  /** Adds roots that were compared besides those of blocks. */
  async countRoots(compared: number, equal: number): Promise<void> {
    const tip: Tip = {
      ...this.currentTip,
      rootsCompared: this.currentTip.rootsCompared + BigInt(compared),
      rootsEqual: this.currentTip.rootsEqual + BigInt(equal),
    }
    await writeAll(this.db, [put(this.meta, tipKey, TipType.serialize(tip))])
    this.currentTip = tip
  }

  /** Takes back every block after the end of verified claim `claim` (0: all of them), at once. */
  async discardAfter(claim: bigint): Promise<void> {
    const standing = claim === 0n ? undefined : await this.claim(claim)
    if (claim !== 0n && standing === undefined) throw missing('verified claim', claim)
    const last = standing?.last ?? 0n
    const writes: Write[] = []
    const { base } = this
    const isBaseGone = base !== undefined && claim < base.claim
    const lowest = base !== undefined && base.block > last ? base.block : last
    for (let number = this.currentTip.block; number > lowest; number -= 1n) {
      const key = numberKey(number)
      writes.push(...(await this.index.unwrites(number)))
      for (const table of [this.blocks, this.witnesses, this.states, this.changed]) writes.push(del(table, key))
    }
    const lowestClaim = isBaseGone ? base.claim - 1n : claim
    for (let number = this.currentTip.claim; number > lowestClaim; number -= 1n)
      writes.push(del(this.claims, numberKey(number)))
    if (isBaseGone) {
      writes.push(del(this.states, numberKey(base.block)))
      for (const key of [joinedKey, prunedKey]) writes.push(del(this.meta, key))
    }
    const tip: Tip = {
      ...this.currentTip,
      claim,
      claimHash: standing?.hash ?? new Uint8Array(32),
      claimBlock: last,
      block: last,
    }
    await writeAll(this.db, [...writes, put(this.meta, tipKey, TipType.serialize(tip))])
    this.currentTip = tip
    if (isBaseGone) this.base = undefined
    this.rewritten += 1
  }

  /** Forgets the signatures of blocks up to `through`, in their witnesses and in records. */
  async prune(through: bigint): Promise<void> {
    const stored = await this.meta.get(prunedKey)
    for (let block = stored === undefined ? 1n : numberAt(stored) + 1n; block <= through; block += 1n) {
      const unsigned = await this.index.unsigns(block)
      await writeAll(this.db, [...unsigned, put(this.meta, prunedKey, numberKey(block))])
    }
    await this.witnesses.clear({ lte: numberKey(through) })
    this.rewritten += 1
  }
}

function serializeState({ header, prices, shardRoots }: VerifiedState): Uint8Array {
  return VerifiedStateType.serialize({
    header: { ...header } satisfies BlockHeader,
    prices,
    shardRoots: [...shardRoots],
  })
}

function missing(record: string, number: bigint): NodeError {
  return new NodeError({ code: 'STORE_INVALID', record, reason: `${record} ${number} is missing` })
}
