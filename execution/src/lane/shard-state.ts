import { endianness } from 'node:os'
import { limits } from '@parley/protocol'
import { AccountRoots, AccountStore } from './account-store.ts'
import { BlockArena } from './block-arena.ts'
import { ConversationRoots, DirtyMembers } from './conversation-roots.ts'
import { ConversationStore, type MemberArenas, memberWords } from './conversation-store.ts'
import { HeadQueue } from './head-queue.ts'
import { ListTree } from './list-tree.ts'
import { ContainerHasher, chunkWords, PairHasher } from './pair-hasher.ts'
import { RecordPages, writeUint64 } from './record-pages.ts'
import { SpineHasher } from './spine-hasher.ts'

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

/** Depth of a shard's container: five fields take eight leaves. */
const shardDepth = 3

/** One shard in packed form. Changes are marked dirty and hashed when the root is asked for. */
export class ShardState {
  readonly index: number
  readonly conversations: ConversationStore
  readonly accounts = new AccountStore()
  readonly dirtyMembers = new DirtyMembers()
  readonly dirtyAccounts = new Set<number>()
  feeExcess = 0n
  feeTime = 0n
  revenue = 0n
  private readonly conversationTree: ListTree
  private readonly accountTree: ListTree
  private readonly memory: LaneMemory

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
    container.hash(1)
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
    container.hash(1)
    return Array.from({ length: shardDepth }, (_, level) => container.node(level, (field >> level) ^ 1))
  }

  private update(): void {
    const { conversations, accounts } = this
    conversations.heads.settle()
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

  private writeChunks(): void {
    const { input } = this.memory.container
    this.conversationTree.copyRoot(input, 0)
    this.accountTree.copyRoot(input, chunkWords)
    writeUint64(input, 2 * chunkWords, this.feeExcess)
    writeUint64(input, 3 * chunkWords, this.feeTime)
    writeUint64(input, 4 * chunkWords, this.revenue)
  }
}
