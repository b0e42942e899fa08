import {
  type Block,
  type BlockHeader,
  BlockType,
  type BlockWitness,
  BlockWitnessType,
  type Bytes32,
} from '@parley/protocol'
import type { PlacedEntry } from '../derive/history-entries.ts'
import { NodeError } from '../faults.ts'
import {
  type HistoryRecord,
  HistoryRecordType,
  type Tip,
  TipType,
  TouchedType,
  VerifiedClaimType,
  type VerifiedState,
  VerifiedStateType,
} from './chain-records.ts'
import {
  decodeRecord,
  del,
  keyOf,
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

/** A verified block with everything that is recorded of it. */
export interface VerifiedBlock {
  readonly block: Block
  readonly witness: BlockWitness
  readonly state: VerifiedState
  readonly entries: readonly PlacedEntry[]
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
  private readonly touched: Table
  private readonly entries: Table
  private readonly counts: Table
  private readonly claims: Table
  private currentTip: Tip

  private constructor(db: NodeStore) {
    this.db = db
    this.meta = tableOf(db, 'chain-meta')
    this.blocks = tableOf(db, 'chain-block')
    this.witnesses = tableOf(db, 'chain-witness')
    this.states = tableOf(db, 'chain-state')
    this.touched = tableOf(db, 'chain-touched')
    this.entries = tableOf(db, 'chain-entry')
    this.counts = tableOf(db, 'chain-count')
    this.claims = tableOf(db, 'chain-claim')
    this.currentTip = {
      claim: 0n,
      claimHash: new Uint8Array(32),
      claimBlock: 0n,
      block: 0n,
      rootsCompared: 0n,
      rootsEqual: 0n,
    }
  }

  static async open(db: NodeStore): Promise<ChainStore> {
    const store = new ChainStore(db)
    const stored = await store.meta.get(tipKey)
    if (stored !== undefined) store.currentTip = decodeRecord('tip', TipType, stored)
    return store
  }

  get tip(): Tip {
    return this.currentTip
  }

  async block(number: bigint): Promise<Block | undefined> {
    if (number > this.currentTip.block) return undefined
    const stored = await this.blocks.get(numberKey(number))
    return stored === undefined ? undefined : (decodeRecord('block', BlockType, stored) as Block)
  }

  /** SSZ of a block, as stored. */
  async blockBytes(number: bigint): Promise<Uint8Array | undefined> {
    return number > this.currentTip.block ? undefined : this.blocks.get(numberKey(number))
  }

  /** Undefined once pruned. */
  async witness(number: bigint): Promise<BlockWitness | undefined> {
    const stored = await this.witnesses.get(numberKey(number))
    return stored === undefined ? undefined : (decodeRecord('witness', BlockWitnessType, stored) as BlockWitness)
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
    let low = 1n
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

  /** Entries that a conversation's record has. */
  async entryCount(shard: number, conversation: number): Promise<bigint> {
    const stored = await this.counts.get(conversationKey(shard, conversation))
    return stored === undefined ? 0n : numberAt(stored)
  }

  /** Entries of a conversation's record from place `from` on, at most `count`. */
  async history(shard: number, conversation: number, from: bigint, count: number): Promise<HistoryRecord[]> {
    const range = { gte: entryKey(shard, conversation, from), lt: entryKey(shard, conversation, from + BigInt(count)) }
    const stored = await this.entries.values(range).all()
    return stored.map((bytes) => decodeRecord('history entry', HistoryRecordType, bytes) as HistoryRecord)
  }

  /**
   * Records a verified block, and the end of its claim when it ends one, at once.
   * @param roots - Roots of it that were compared, all equal.
   */
  async append(verified: VerifiedBlock, roots: number, completed: CompletedClaim | undefined): Promise<void> {
    const { block, witness, state } = verified
    const { number } = block.header
    const key = numberKey(number)
    const tip: Tip = {
      ...this.currentTip,
      block: number,
      rootsCompared: this.currentTip.rootsCompared + BigInt(roots),
      rootsEqual: this.currentTip.rootsEqual + BigInt(roots),
      ...(completed === undefined ? {} : { claim: completed.number, claimHash: completed.hash, claimBlock: number }),
    }
    const writes = [
      put(this.blocks, key, BlockType.serialize(block)),
      put(this.witnesses, key, BlockWitnessType.serialize(witness)),
      ...(await this.indexWrites(number, verified.entries)),
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
    for (let number = this.currentTip.block; number > last; number -= 1n) {
      const key = numberKey(number)
      writes.push(...(await this.unindexWrites(number)))
      for (const table of [this.blocks, this.witnesses, this.states, this.touched]) writes.push(del(table, key))
    }
    for (let number = this.currentTip.claim; number > claim; number -= 1n)
      writes.push(del(this.claims, numberKey(number)))
    const tip: Tip = {
      ...this.currentTip,
      claim,
      claimHash: standing?.hash ?? new Uint8Array(32),
      claimBlock: last,
      block: last,
    }
    await writeAll(this.db, [...writes, put(this.meta, tipKey, TipType.serialize(tip))])
    this.currentTip = tip
  }

  /** Forgets the signatures of blocks up to `through`. */
  async prune(through: bigint): Promise<void> {
    await this.witnesses.clear({ lte: numberKey(through) })
  }

  private async indexWrites(block: bigint, entries: readonly PlacedEntry[]): Promise<Write[]> {
    const touched = new Map<string, { shard: number; conversation: number; before: bigint; count: bigint }>()
    const keys = new Map<string, Uint8Array>()
    for (const { shard, conversation } of entries)
      keys.set(`${shard}/${conversation}`, conversationKey(shard, conversation))
    const counts = await this.counts.getMany([...keys.values()])
    const before = new Map(
      [...keys.keys()].map((name, i) => [name, counts[i] === undefined ? 0n : numberAt(counts[i])]),
    )
    const writes: Write[] = []
    for (const { shard, conversation, record } of entries) {
      const name = `${shard}/${conversation}`
      const start = before.get(name) ?? 0n
      const place = touched.get(name) ?? { shard, conversation, before: start, count: start }
      writes.push(put(this.entries, entryKey(shard, conversation, place.count), HistoryRecordType.serialize(record)))
      place.count += 1n
      touched.set(name, place)
    }
    for (const { shard, conversation, count } of touched.values())
      writes.push(put(this.counts, conversationKey(shard, conversation), numberKey(count)))
    if (touched.size > 0) writes.push(put(this.touched, numberKey(block), TouchedType.serialize([...touched.values()])))
    return writes
  }

  private async unindexWrites(block: bigint): Promise<Write[]> {
    const stored = await this.touched.get(numberKey(block))
    if (stored === undefined) return []
    const writes: Write[] = []
    for (const { shard, conversation, before } of decodeRecord('touched conversations', TouchedType, stored)) {
      const range = { gte: entryKey(shard, conversation, before), lt: entryKey(shard, conversation, 2n ** 64n - 1n) }
      for (const key of await this.entries.keys(range).all()) writes.push(del(this.entries, key))
      const key = conversationKey(shard, conversation)
      writes.push(before === 0n ? del(this.counts, key) : put(this.counts, key, numberKey(before)))
    }
    return writes
  }
}

function serializeState({ header, prices, shardRoots }: VerifiedState): Uint8Array {
  return VerifiedStateType.serialize({
    header: { ...header } satisfies BlockHeader,
    prices,
    shardRoots: [...shardRoots],
  })
}

const conversationKey = (shard: number, conversation: number): Uint8Array => keyOf([shard, 1], [conversation, 4])

const entryKey = (shard: number, conversation: number, place: bigint): Uint8Array =>
  keyOf([shard, 1], [conversation, 4], [place, 8])

function missing(record: string, number: bigint): NodeError {
  return new NodeError({ code: 'STORE_INVALID', record, reason: `${record} ${number} is missing` })
}
