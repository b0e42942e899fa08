import { type ChainConfig, limits } from '@parley/protocol'
import type { AccountRead, ConversationRead, ShardRead } from '../api.ts'
import { ByteWriter, FormError } from '../codec/bytes.ts'
import type { SnapshotCursor } from '../codec/snapshot.ts'
import { ExecutionError } from '../faults.ts'
import type { NativeVerifier } from '../signatures/native-verifier.ts'
import { BlockBuilder } from './block-builder.ts'
import type { BlockTerms, LaneSealed, LaneVerified, ShardRoot, SnapshotChunk } from './commands.ts'
import type { ConversationStore } from './conversation-store.ts'
import { type LaneContext, laneContext } from './lane-context.ts'
import { MessageExecutor } from './message-executor.ts'
import { MessageLogs } from './message-logs.ts'
import { RecordedMessages } from './recorded-messages.ts'
import { SegmentRoom } from './room.ts'
import { RunRoots } from './run-roots.ts'
import { SegmentDigests } from './segment-digests.ts'
import { SegmentVerifier } from './segment-verifier.ts'
import { writeChanges } from './shard-changes.ts'
import { ShardRestore, writeChunk } from './shard-snapshot.ts'
import { createLaneMemory, type LaneMemory, ShardState, TrackedChanges } from './shard-state.ts'

export interface LaneOptions {
  readonly lane: number
  readonly lanes: number
  readonly config: ChainConfig
  readonly verifier: NativeVerifier
  /** Word 0 counts the segments of the open block, all lanes together. */
  readonly taken: Int32Array
  /** Segments that a block is given at most. */
  readonly segmentsPerBlock: number
}

/** Executes the shards of one lane; knows nothing of threads. */
export class Lane {
  readonly messages: MessageExecutor
  /** The open block. */
  block: BlockBuilder | undefined
  private shards: Map<number, ShardState>
  private restores = new Map<number, ShardRestore>()
  private readonly roots = new RunRoots()
  private readonly logs = new MessageLogs()
  private readonly digests: SegmentDigests
  private readonly recorded: RecordedMessages
  private readonly sealed = new ByteWriter(64 * 1024)
  private readonly options: LaneOptions

  constructor(options: LaneOptions) {
    this.options = options
    this.messages = new MessageExecutor(options.config.chainId, options.verifier)
    this.digests = new SegmentDigests(options.config.chainId)
    this.recorded = new RecordedMessages(options.config.chainId, (shard) => this.conversationsOf(shard))
    this.shards = this.emptyShards(createLaneMemory())
  }

  open(number: bigint, terms: BlockTerms): void {
    this.logs.reset()
    this.block = new BlockBuilder(number, terms.items, this.shards, {
      context: this.context(terms),
      messages: this.messages,
      room: new SegmentRoom(this.options.taken, this.options.segmentsPerBlock),
      roots: this.roots,
      logs: this.logs,
      recorded: this.recorded,
      sealed: this.sealed,
    })
  }

  seal(): LaneSealed {
    const { block } = this
    if (block === undefined) throw new Error('no block is open in the lane')
    this.block = undefined
    return { runs: block.seal(), roots: this.shardRoots() }
  }

  /** @param tracked - Tell what the block changed. */
  verify(terms: BlockTerms, runs: Uint8Array, tracked = false): LaneVerified {
    const verifier = new SegmentVerifier(this.messages, this.digests, this.context(terms), terms.items)
    const touched = new Set<ShardState>()
    const fault = verifier.verify(runs, (shard) => {
      const state = this.shard(shard)
      if (tracked) {
        state.tracked ??= new TrackedChanges()
        touched.add(state)
      }
      return state
    })
    const roots = this.shardRoots()
    return { fault, roots, changes: changesOf(fault === undefined ? touched : new Set()) }
  }

  shardRoots(): ShardRoot[] {
    return [...this.shards].map(([shard, state]) => ({ shard, root: state.root() }))
  }

  /** Undefined where there is none. */
  conversation(shard: number, index: number): ConversationRead | undefined {
    const state = this.shard(shard)
    if (index >= state.conversations.count) return undefined
    return { conversation: state.conversations.read(index), branch: state.conversationBranch(index) }
  }

  /** Undefined where there is none. */
  account(shard: number, index: number): AccountRead | undefined {
    const state = this.shard(shard)
    if (index >= state.accounts.count) return undefined
    return { account: state.accounts.read(index), branch: state.accountBranch(index) }
  }

  readShard(shard: number): ShardRead {
    const { feeExcess, feeTime, revenue, conversations, accounts } = this.shard(shard)
    const revenueBranch = this.shard(shard).revenueBranch()
    return { feeExcess, feeTime, revenue, revenueBranch, conversations: conversations.count, accounts: accounts.count }
  }

  snapshot(shard: number, cursor: SnapshotCursor, targetBytes: number): SnapshotChunk {
    return writeChunk(this.shard(shard), cursor, targetBytes)
  }

  /** Empties all shards. */
  restoreBegin(): void {
    this.shards = this.emptyShards(createLaneMemory())
    this.restores = new Map([...this.shards].map(([shard, state]) => [shard, new ShardRestore(state)]))
  }

  /** @throws {ExecutionError} `SNAPSHOT_INVALID` when the chunk has not the form or is not its shard's next. */
  restoreChunk(shard: number, bytes: Uint8Array): void {
    try {
      this.restores.get(shard)?.read(bytes)
    } catch (error) {
      if (!(error instanceof FormError)) throw error
      throw new ExecutionError({ code: 'SNAPSHOT_INVALID', shard, reason: error.message }, { cause: error })
    }
  }

  /** @throws {ExecutionError} `SNAPSHOT_INVALID` when chunks are missing. */
  restoreEnd(): ShardRoot[] {
    for (const [shard, restore] of this.restores)
      if (!restore.isComplete)
        throw new ExecutionError({ code: 'SNAPSHOT_INVALID', shard, reason: 'chunks are missing' })
    this.restores.clear()
    return this.shardRoots()
  }

  private context(terms: BlockTerms): LaneContext {
    return laneContext(this.options.config, this.options.verifier, terms)
  }

  private emptyShards(memory: LaneMemory): Map<number, ShardState> {
    const { lane, lanes } = this.options
    const shards = new Map<number, ShardState>()
    for (let shard = lane; shard < limits.shards; shard += lanes) shards.set(shard, new ShardState(shard, memory))
    return shards
  }

  conversationsOf(shard: number): ConversationStore | undefined {
    return this.shards.get(shard)?.conversations
  }

  /** @throws {RangeError} when the shard is not of this lane. */
  shard(shard: number): ShardState {
    const state = this.shards.get(shard)
    if (state === undefined) throw new RangeError(`shard ${shard} is not of lane ${this.options.lane}`)
    return state
  }
}

/** What changed in shards, in memory of its own to be handed over. */
function changesOf(shards: ReadonlySet<ShardState>): Uint8Array {
  if (shards.size === 0) return new Uint8Array(0)
  const writer = new ByteWriter(64 * 1024)
  for (const state of shards) {
    writeChanges(state, writer)
    state.tracked = undefined
  }
  return writer.written().slice()
}
