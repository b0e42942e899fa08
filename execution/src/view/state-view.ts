import { type Account, type Bytes32, type Conversation, limits } from '@parley/protocol'
import type { AccountRead, ShardChunk } from '../api.ts'
import { ByteReader, FormError } from '../codec/bytes.ts'
import type { SnapshotCursor } from '../codec/snapshot.ts'
import { ExecutionError } from '../faults.ts'
import type { SnapshotChunk } from '../lane/commands.ts'
import { packedBytes, ShardRestore, writeChunk } from '../lane/shard-snapshot.ts'
import { createLaneMemory, ShardState, conversationLevels as shardLevels } from '../lane/shard-state.ts'
import { applyChanges } from './apply-changes.ts'

/**
 * The state of all shards for readers, on the reader's own thread: what lanes told of the blocks that it was given, and
 * nothing of those they execute meanwhile.
 */
export class StateView {
  private shards = emptyShards()
  private readonly roots: Bytes32[] = []
  private restores: readonly ShardRestore[] = []

  constructor() {
    this.rehash()
  }

  /** Roots of the 64 shards. */
  get shardRoots(): readonly Bytes32[] {
    return this.roots
  }

  /** Bytes of what snapshots hold of accounts and conversations, all shards together. */
  get packedBytes(): number {
    return this.shards.reduce((sum, state) => sum + packedBytes(state), 0)
  }

  /** The chunks that lanes in this state write. @param targetBytes - A chunk is closed once it is this large. */
  *snapshot(targetBytes: number): Generator<ShardChunk> {
    for (const state of this.shards) {
      let cursor: SnapshotCursor | undefined = { part: 0, account: 0, conversation: 0 }
      while (cursor !== undefined) {
        const { bytes, next }: SnapshotChunk = writeChunk(state, cursor, targetBytes)
        yield { shard: state.index, bytes }
        cursor = next
      }
    }
  }

  /** Empties all shards; their chunks follow in order. */
  restoreBegin(): void {
    this.shards = emptyShards()
    this.restores = this.shards.map((state) => new ShardRestore(state))
  }

  /** @throws {ExecutionError} `SNAPSHOT_INVALID` when the chunk has not the form or is not its shard's next. */
  restoreChunk({ shard, bytes }: ShardChunk): void {
    try {
      this.restores[shard]?.read(bytes)
    } catch (error) {
      if (!(error instanceof FormError)) throw error
      throw new ExecutionError({ code: 'SNAPSHOT_INVALID', shard, reason: error.message }, { cause: error })
    }
  }

  /** @throws {ExecutionError} `SNAPSHOT_INVALID` when chunks are missing. */
  restoreEnd(): void {
    const missing = this.restores.findIndex(({ isComplete }) => !isComplete)
    if (missing !== -1)
      throw new ExecutionError({ code: 'SNAPSHOT_INVALID', shard: missing, reason: 'chunks are missing' })
    this.restores = []
    this.rehash()
  }

  /** Takes in what a block changed, as `Execution.onVerified` tells it. */
  apply(changes: Uint8Array): void {
    const reader = new ByteReader(changes)
    while (reader.left > 0) {
      const state = applyChanges(reader, (shard) => this.shard(shard))
      this.roots[state.index] = state.root()
    }
  }

  /** Whether there is such a conversation. */
  has(shard: number, index: number): boolean {
    return index < this.shard(shard).conversations.count
  }

  /** A conversation that there is. */
  conversation(shard: number, index: number): Conversation {
    return this.shard(shard).conversations.read(index)
  }

  /** Bytes of the SSZ of a conversation that there is. */
  conversationBytes(shard: number, index: number): number {
    return this.shard(shard).conversations.sszBytes(index)
  }

  /** Writes the SSZ of a conversation that there is. */
  writeConversation(shard: number, index: number, to: Uint8Array, at: number): void {
    this.shard(shard).conversations.writeSsz(index, to, at)
  }

  /** Undefined where there is none. */
  account(shard: number, index: number): AccountRead | undefined {
    const state = this.shard(shard)
    if (index >= state.accounts.count) return undefined
    return { account: state.accounts.read(index) satisfies Account, branch: state.accountBranch(index) }
  }

  /**
   * Writes a node on the way from a shard's conversations to its root, 32 bytes.
   * @param level - From 0, the conversations' roots, to 27.
   * @param position - From the left, among the nodes of the level in the shard.
   */
  writeNode(shard: number, level: number, position: number, to: Uint8Array, at: number): void {
    this.shard(shard).writeNode(level, position, to, at)
  }

  /** Root of a conversation that there is. */
  leaf(shard: number, index: number): Bytes32 {
    const root = new Uint8Array(32)
    this.shard(shard).writeNode(0, index, root, 0)
    return root
  }

  /** Siblings of a conversation from its root up to its shard's. */
  branch(shard: number, index: number): Bytes32[] {
    const bytes = new Uint8Array(32 * shardLevels)
    this.writeBranch(shard, index, bytes, 0)
    return Array.from({ length: shardLevels }, (_, level) => bytes.subarray(32 * level, 32 * level + 32))
  }

  /** Writes the siblings of a conversation from its root up to its shard's. @returns where they end. */
  writeBranch(shard: number, index: number, to: Uint8Array, at: number): number {
    return this.shard(shard).writeBranch(index, to, at)
  }

  private rehash(): void {
    for (const state of this.shards) this.roots[state.index] = state.root()
  }

  private shard(shard: number): ShardState {
    return this.shards[shard] as ShardState
  }
}

function emptyShards(): ShardState[] {
  const memory = createLaneMemory()
  return Array.from({ length: limits.shards }, (_, shard) => new ShardState(shard, memory))
}
