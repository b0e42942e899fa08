import { limits } from '@parley/protocol'
import { type ConversationStore, MemberWord, treeLeaves, treelessMembers } from './conversation-store.ts'
import { ContainerHasher, chunkWords, copyChunk, copyPair, PairHasher, zeroHashes } from './pair-hasher.ts'
import { SpineHasher } from './spine-hasher.ts'

const listDepth = Math.log2(limits.membersPerConversation)
const batchMembers = 64

/** Roots of the member lists of up to `maxRows` conversations at a time. */
export class MemberListRoots {
  readonly maxRows: number
  /** Roots of the lists, their lengths mixed in; one a row. */
  readonly roots: Int32Array
  private readonly members = new ContainerHasher(batchMembers)
  /** Where the root of each member of the batch goes: a node of a tree, or below 0 a place in `shortLists`. */
  private readonly targets = new Int32Array(batchMembers)
  private pending = 0
  /** Leaves of the lists without a tree. */
  private readonly shortLists: PairHasher
  private readonly shortRows: Int32Array
  private short = 0
  private readonly climbing = new PairHasher(batchMembers)
  private treeOf = new Int32Array(batchMembers)
  private nodeOf = new Int32Array(batchMembers)
  private nodes = 0
  private readonly depths: Uint8Array
  private readonly spine: SpineHasher

  constructor(maxRows: number) {
    this.maxRows = maxRows
    this.roots = new Int32Array(maxRows * chunkWords)
    this.shortLists = new PairHasher(maxRows)
    this.shortRows = new Int32Array(maxRows)
    this.depths = new Uint8Array(maxRows)
    this.spine = new SpineHasher(listDepth, maxRows)
  }

  /**
   * Hashes the lists of a batch.
   * @param conversations - One a row.
   * @param slots - Changed slots, ascending; those of row r are from `starts[r]` up to `starts[r + 1]`.
   */
  update(
    store: ConversationStore,
    conversations: Uint32Array,
    rows: number,
    slots: Uint16Array,
    starts: Int32Array,
  ): void {
    this.short = 0
    this.nodes = 0
    for (let row = 0; row < rows; row += 1) {
      const conversation = conversations[row] as number
      if (store.capacity(conversation) <= treelessMembers) this.addShort(store, conversation, row)
      else this.addSlots(store, conversation, row, slots, starts[row] as number, starts[row + 1] as number)
    }
    this.hashMembers(store)
    this.hashShort()
    this.climb(store)
    this.readTops(store, conversations, rows)
    for (let row = 0; row < rows; row += 1) this.spine.lengths[row] = store.memberCount(conversations[row] as number)
    this.spine.hash(this.roots, this.depths, rows)
  }

  private addShort(store: ConversationStore, conversation: number, row: number): void {
    const place = this.short
    this.short += 1
    this.shortRows[place] = row
    const count = store.memberCount(conversation)
    for (let slot = 0; slot < count; slot += 1)
      this.addMember(store, store.memberRecord(conversation, slot), -1 - (2 * place + slot))
    for (let slot = count; slot < 2; slot += 1)
      copyChunk(zeroHashes, 0, this.shortLists.input, (2 * place + slot) * chunkWords)
  }

  private addSlots(
    store: ConversationStore,
    conversation: number,
    row: number,
    slots: Uint16Array,
    from: number,
    to: number,
  ): void {
    const tree = store.tree(conversation)
    const leaves = treeLeaves(store.capacity(conversation))
    this.depths[row] = Math.log2(leaves)
    for (let i = from; i < to; i += 1) {
      const slot = slots[i] as number
      this.addMember(store, store.memberRecord(conversation, slot), tree + leaves + slot)
      if (this.nodes === this.nodeOf.length) this.lengthenWork()
      this.treeOf[this.nodes] = tree
      this.nodeOf[this.nodes] = leaves + slot
      this.nodes += 1
    }
  }

  private lengthenWork(): void {
    const treeOf = new Int32Array(2 * this.treeOf.length)
    const nodeOf = new Int32Array(2 * this.nodeOf.length)
    treeOf.set(this.treeOf)
    nodeOf.set(this.nodeOf)
    this.treeOf = treeOf
    this.nodeOf = nodeOf
  }

  private addMember(store: ConversationStore, record: number, target: number): void {
    if (this.pending === batchMembers) this.hashMembers(store)
    const { records } = store.arenas.members
    const page = records.page(record)
    const word = records.word(record)
    const { input } = this.members
    const row = this.pending * 8 * chunkWords
    copyChunk(page, word + MemberWord.key, input, row)
    input[row + 8] = page[word + MemberWord.role] as number
    input[row + 16] = page[word + MemberWord.nonce] as number
    input[row + 17] = page[word + MemberWord.nonce + 1] as number
    input[row + 24] = page[word + MemberWord.sponsor] as number
    input[row + 32] = page[word + MemberWord.allowance] as number
    input[row + 33] = page[word + MemberWord.allowance + 1] as number
    input[row + 40] = page[word + MemberWord.priceLimit] as number
    input[row + 41] = page[word + MemberWord.priceLimit + 1] as number
    this.targets[this.pending] = target
    this.pending += 1
  }

  private hashMembers(store: ConversationStore): void {
    if (this.pending === 0) return
    this.members.hash(this.pending)
    const { records } = store.arenas.nodes
    for (let i = 0; i < this.pending; i += 1) {
      const target = this.targets[i] as number
      if (target < 0) copyChunk(this.members.output, i * chunkWords, this.shortLists.input, (-1 - target) * chunkWords)
      else copyChunk(this.members.output, i * chunkWords, records.page(target), records.word(target))
    }
    this.pending = 0
  }

  private hashShort(): void {
    if (this.short === 0) return
    this.shortLists.hash(this.short)
    for (let place = 0; place < this.short; place += 1) {
      const row = this.shortRows[place] as number
      copyChunk(this.shortLists.output, place * chunkWords, this.roots, row * chunkWords)
      this.depths[row] = 1
    }
  }

  /** Hashes the trees of all rows together, a step from the leaves at a time. */
  private climb(store: ConversationStore): void {
    while (this.nodes > 0) {
      this.toParents()
      for (let from = 0; from < this.nodes; from += batchMembers)
        this.hashNodes(store, from, Math.min(this.nodes, from + batchMembers))
      this.dropTops()
    }
  }

  private toParents(): void {
    let kept = 0
    for (let i = 0; i < this.nodes; i += 1) {
      const tree = this.treeOf[i] as number
      const parent = (this.nodeOf[i] as number) >>> 1
      if (kept > 0 && this.treeOf[kept - 1] === tree && this.nodeOf[kept - 1] === parent) continue
      this.treeOf[kept] = tree
      this.nodeOf[kept] = parent
      kept += 1
    }
    this.nodes = kept
  }

  private hashNodes(store: ConversationStore, from: number, to: number): void {
    const { records } = store.arenas.nodes
    const { climbing } = this
    for (let i = from; i < to; i += 1) {
      const child = (this.treeOf[i] as number) + 2 * (this.nodeOf[i] as number)
      copyPair(records.page(child), records.word(child), climbing.input, (i - from) * 2 * chunkWords)
    }
    climbing.hash(to - from)
    for (let i = from; i < to; i += 1) {
      const node = (this.treeOf[i] as number) + (this.nodeOf[i] as number)
      copyChunk(climbing.output, (i - from) * chunkWords, records.page(node), records.word(node))
    }
  }

  private dropTops(): void {
    let kept = 0
    for (let i = 0; i < this.nodes; i += 1) {
      if (this.nodeOf[i] === 1) continue
      this.treeOf[kept] = this.treeOf[i] as number
      this.nodeOf[kept] = this.nodeOf[i] as number
      kept += 1
    }
    this.nodes = kept
  }

  private readTops(store: ConversationStore, conversations: Uint32Array, rows: number): void {
    const { records } = store.arenas.nodes
    for (let row = 0; row < rows; row += 1) {
      const conversation = conversations[row] as number
      if (store.capacity(conversation) <= treelessMembers) continue
      const top = store.tree(conversation) + 1
      copyChunk(records.page(top), records.word(top), this.roots, row * chunkWords)
    }
  }
}
