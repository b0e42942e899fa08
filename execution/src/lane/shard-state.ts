import { endianness } from 'node:os'
import { limits } from '@parley/protocol'
import { AccountRoots, AccountStore } from './account-store.ts'
import { BlockArena } from './block-arena.ts'
import { ConversationRoots, DirtyMembers } from './conversation-roots.ts'
import { ConversationStore, type MemberArenas, memberWords } from './conversation-store.ts'
import { HeadQueue } from './head-queue.ts'
import { ListTree } from './list-tree.ts'
import { ContainerHasher, chunkWords, PairHasher, writeChunkBytes } from './pair-hasher.ts'
import { RecordPages, writeUint64 } from './record-pages.ts'
import { SpineHasher } from './spine-hasher.ts'

/** Levels between a conversation's root and its shard's. */
export const conversationLevels = Math.log2(limits.conversationsPerShard) + 1 + 3

const batchPairs = 128
const conversationsDepth = Math.log2(limits.conversationsPerShard)
const accountsDepth = Math.log2(limits.accountsPerShard)

/** What the shards of one lane share: arenas and scratch memory for hashing. */
export interface LaneMemory {
  readonly arenas: MemberArenas
  readonly heads: HeadQueue
  readonly pairs: PairHasher
  readonly conversationSpine: SpineHasher
  readonly accountSpine: SpineHasher
  readonly conversationRoots: ConversationRoots
  readonly accountRoots: AccountRoots
  readonly container: ContainerHasher
}

/** @throws {Error} on a big-endian machine: records are kept as SSZ has them, which is little-endian. */
export function createLaneMemory(): LaneMemory {
  if (endianness() !== 'LE') throw new Error('lanes need a little-endian machine')
  return {
    arenas: {
      // A page holds the longest list, and the tree of the longest list.
      members: new BlockArena(new RecordPages(memberWords, Math.log2(limits.membersPerConversation))),
      nodes: new BlockArena(new RecordPages(chunkWords, 1 + Math.log2(limits.membersPerConversation))),
    },
    heads: new HeadQueue(),
    pairs: new PairHasher(batchPairs),
    conversationSpine: new SpineHasher(conversationsDepth, 1),
    accountSpine: new SpineHasher(accountsDepth, 1),
    conversationRoots: new ConversationRoots(),
    accountRoots: new AccountRoots(),
    container: new ContainerHasher(1),
  }
}

/** What changed in a shard from one look to the next. */
export class TrackedChanges {
  readonly members = new DirtyMembers()
  readonly accounts = new Set<number>()

  note(members: DirtyMembers, accounts: ReadonlySet<number>): void {
    this.members.addAll(members)
    for (const account of accounts) this.accounts.add(account)
  }
}

/** Place of the sibling of a leaf's ancestor among the nodes of a level. */
const siblingAt = (level: number, leaf: number): number => Math.floor(leaf / 2 ** level) ^ 1

/** Depth of a shard's container: five fields take eight leaves. */
const shardDepth = 3

/** One shard in packed form. Changes are marked dirty and hashed when the root is asked for. */
export class ShardState {
  readonly index: number
  readonly conversations: ConversationStore
  readonly accounts = new AccountStore()
  readonly dirtyMembers = new DirtyMembers()
  readonly dirtyAccounts = new Set<number>()
  /** What was hashed since somebody asked for it to be kept; undefined when nobody did. */
  tracked: TrackedChanges | undefined
  feeExcess = 0n
  feeTime = 0n
  revenue = 0n
  private readonly conversationTree: ListTree
  private readonly accountTree: ListTree
  private readonly memory: LaneMemory
  private readonly length = new Int32Array(chunkWords)

  constructor(index: number, memory: LaneMemory) {
    this.index = index
    this.memory = memory
    this.conversations = new ConversationStore(memory.arenas, memory.heads)
    this.conversationTree = new ListTree(conversationsDepth, memory.pairs, memory.conversationSpine)
    this.accountTree = new ListTree(accountsDepth, memory.pairs, memory.accountSpine)
  }

  /** Root of the shard as it stands. */
  root(): Uint8Array {
    this.update()
    this.writeChunks()
    const { container } = this.memory
    return new Uint8Array(container.output.buffer, 0, 32).slice()
  }

  /** Siblings of a conversation from its root up to the shard's. */
  conversationBranch(index: number): Uint8Array[] {
    return this.branch(this.conversationTree, index, 0)
  }

  /** Siblings of an account from its root up to the shard's. */
  accountBranch(index: number): Uint8Array[] {
    return this.branch(this.accountTree, index, 1)
  }

  /**
   * Writes a node between the conversations' roots and the shard's, 32 bytes, to `to`. Call `root` after changes.
   * @param level - 0 has the conversations' roots, 24 the list's root and its length, above them are the fields.
   */
  writeNode(level: number, position: number, to: Uint8Array, at: number): void {
    if (level < conversationsDepth) {
      this.conversationTree.writeNode(level, position, to, at)
    } else if (level === conversationsDepth) {
      this.length.fill(0)
      this.length[0] = this.conversationTree.length
      writeChunkBytes(this.length, 0, to, at)
    } else {
      this.writeChunks()
      to.set(this.memory.container.node(level - conversationsDepth - 1, position), at)
    }
  }

  /** Writes the siblings of a conversation from its root up to the shard's. Call `root` after changes. @returns where they end. */
  writeBranch(index: number, to: Uint8Array, at: number): number {
    let end = at
    for (let level = 0; level <= conversationsDepth; level += 1, end += 32)
      this.writeNode(level, level < conversationsDepth ? siblingAt(level, index) : 1, to, end)
    // The fields are hashed once for all levels above.
    this.writeChunks()
    for (let level = 0; level < shardDepth; level += 1, end += 32) to.set(this.memory.container.node(level, 1), end)
    return end
  }

  /** Siblings of the revenue from its leaf up to the shard's root. */
  revenueBranch(): Uint8Array[] {
    this.update()
    return this.fieldBranch(4)
  }

  private branch(tree: ListTree, index: number, field: number): Uint8Array[] {
    this.update()
    const length = new Uint8Array(32)
    new DataView(length.buffer).setUint32(0, tree.length, true)
    return [...tree.branch(index), length, ...this.fieldBranch(field)]
  }

  private fieldBranch(field: number): Uint8Array[] {
    this.writeChunks()
    const { container } = this.memory
    return Array.from({ length: shardDepth }, (_, level) => container.node(level, (field >> level) ^ 1))
  }

  private update(): void {
    const { conversations, accounts } = this
    conversations.heads.settle()
    this.tracked?.note(this.dirtyMembers, this.dirtyAccounts)
    if (this.conversationTree.length !== conversations.count) this.conversationTree.resize(conversations.count)
    if (this.accountTree.length !== accounts.count) this.accountTree.resize(accounts.count)
    if (this.dirtyMembers.count > 0)
      this.memory.conversationRoots.update(conversations, this.conversationTree, this.dirtyMembers)
    if (this.dirtyAccounts.size > 0) {
      const indices = [...this.dirtyAccounts].sort((a, b) => a - b)
      this.dirtyAccounts.clear()
      this.memory.accountRoots.update(accounts, this.accountTree, indices)
    }
  }

  /** Writes the shard's fields and hashes what is above them. */
  private writeChunks(): void {
    const { input } = this.memory.container
    this.conversationTree.copyRoot(input, 0)
    this.accountTree.copyRoot(input, chunkWords)
    writeUint64(input, 2 * chunkWords, this.feeExcess)
    writeUint64(input, 3 * chunkWords, this.feeTime)
    writeUint64(input, 4 * chunkWords, this.revenue)
    this.memory.container.hash(1)
  }
}
