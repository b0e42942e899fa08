import type { Worker, WorkerOptions } from 'node:worker_threads'
import type {
  Account,
  BlockFault,
  BlockWitness,
  Bytes32,
  ChainConfig,
  Conversation,
  Prices,
  QueuedItem,
  Run,
  RunsView,
  Shard,
  SignedOperation,
  TransitionFault,
  ViewedBlock,
} from '@parley/protocol'
import type { Logger } from 'pino'

/** What lanes need of their surroundings. */
export interface ExecutionDeps {
  readonly config: ChainConfig
  readonly log: Logger
  /** Starts a thread; `new Worker` when left out. For those who watch over threads, as tests do. */
  readonly startWorker?: (file: URL, options: WorkerOptions) => Worker
}

/** Which library verifies signatures: npm's, the system's current libsecp256k1, or the system's when it is found. */
export type VerifierChoice = 'portable' | 'system' | 'auto'

export interface ExecutionOptions {
  /** Worker threads, 1 to 64. Changes no root. */
  readonly lanes: number
  /** Default `auto`. */
  readonly verifier?: VerifierChoice
  /** Entries that one lane queues at most; a power of two, 64 to 65,536. Default 4,096: some 0.2 s of work. */
  readonly queueEntries?: number
  /** Segments that a block built here takes at most, 64 (its inbox items may need as many) to 1,024. Default 1,024. Blocks that are verified or replayed may have more. */
  readonly segmentsPerBlock?: number
}

/** What fixes a block when it is opened: nothing of it changes while entries arrive. */
export interface BlockOpening {
  readonly number: bigint
  /** Milliseconds; goes into the header. */
  readonly timestamp: bigint
  /** Prices of the state before the block. */
  readonly prices: Prices
  /** Inbox items the block consumes, in order. */
  readonly items: readonly QueuedItem[]
}

/** How one entry fared. Accepted entries are part of the open block from now on. */
export type Outcome =
  | {
      readonly accepted: true
      /** Block that will carry the entry. */
      readonly block: bigint
      /** Messages: place in the conversation, from 0. Creations: index of the conversation. Otherwise 0. */
      readonly position: bigint
    }
  | { readonly accepted: false; readonly fault: TransitionFault }

/**
 * Entries that one lane executed, in its order. Batches of one lane come in order; what two lanes did at the same time
 * comes in any order. Record them durably in the order of the calls, and a replay of the record gives the same state.
 */
export interface ExecutedBatch {
  readonly lane: number
  /** Block the accepted entries are in; a batch never spans two blocks. */
  readonly block: bigint
  /** Accepted entries in journal form, to be given to `replay`; empty when all were refused. Owned by the receiver. */
  readonly record: Uint8Array
  /** Entries executed, and how many of them were accepted. */
  readonly entries: number
  readonly accepted: number
  /** Tells the outcome of each entry, without an object for those accepted. */
  visit(visitor: OutcomeVisitor): void
  /** The same as values, decoded when somebody looks at them. */
  readonly outcomes: readonly EntryOutcome[]
}

/** How an entry fared, with the ticket it was submitted under. */
export interface EntryOutcome {
  readonly ticket: number
  readonly entry: number
  readonly outcome: Outcome
}

/** Is told how entries fared. */
export interface OutcomeVisitor {
  /** The position in two halves of 32 bits. */
  accepted(ticket: number, entry: number, positionLow: number, positionHigh: number): void
  refused(ticket: number, entry: number, fault: TransitionFault): void
}

/** All that lanes know of a sealed block; the sequencer adds the header. */
export interface SealedRuns {
  /** The runs and their signatures as bytes. */
  readonly view: RunsView
  /** The same as values, decoded when somebody looks at them; likewise `witness`. */
  readonly runs: Run[]
  readonly witness: BlockWitness
  /** Root that a header commits the runs by. */
  readonly runsRoot: Bytes32
  /** Roots of the 64 shards after the block. */
  readonly shardRoots: readonly Bytes32[]
}

/** A conversation with what proves it against its shard's root. */
export interface ConversationRead {
  readonly conversation: Conversation
  /** Siblings from the conversation's root up to the shard's root, lowest first. */
  readonly branch: readonly Bytes32[]
}

export interface AccountRead {
  readonly account: Account
  readonly branch: readonly Bytes32[]
}

/** A shard's own fields and the lengths of its lists. */
export interface ShardRead {
  readonly feeExcess: bigint
  readonly feeTime: bigint
  readonly revenue: bigint
  /** Siblings from the revenue's leaf up to the shard's root, lowest first. */
  readonly revenueBranch: readonly Bytes32[]
  readonly conversations: number
  readonly accounts: number
}

/** A piece of the snapshot of one shard, at most 8 MiB; the pieces of a shard are given back in the order they came. */
export interface ShardChunk {
  readonly shard: number
  readonly bytes: Uint8Array
}

/** Is told of each verified block, in order, what it changed: each piece is for `StateView.apply`. Called before `verify` resolves. */
export type VerifiedListener = (block: bigint, changes: readonly Uint8Array[]) => void

/** How full the open block and the lanes are. */
export interface ExecutionLoad {
  /** Entries submitted and not yet executed, the fullest lane's. */
  readonly queued: number
  /** Segments of the open block, all lanes together. */
  readonly segments: number
  /** A lane has no room left in the open block: seal it. */
  readonly full: boolean
}

/**
 * The state transition on worker threads. One block is open at a time: open → submit … → seal, or whole blocks by
 * `verify`. When a lane dies every pending and later call fails with `LANE_DIED`, and nothing more is answered.
 */
export interface Execution {
  readonly lanes: number
  /** Name of the signature verifier in use. */
  readonly verifier: string

  /** Opens a block and executes its inbox items, before any entry submitted later. */
  open(opening: BlockOpening): void

  /**
   * Queues messages for the open block, or for the next one if a lane is full.
   * @param messages - Concatenated `SignedMessage`s; copied before the call returns.
   * @param ticket - Given back with every outcome; entry numbers count from 0 within a ticket.
   * @returns false, having queued nothing, when a lane's queue has no room: answer 429.
   */
  submitMessages(messages: Uint8Array, ticket: number): boolean

  /** Queues one operation; otherwise as `submitMessages`. */
  submitOperation(operation: SignedOperation, ticket: number): boolean

  /** Called with executed entries as they come. Set once, before the first submission. */
  onExecuted(listener: (batch: ExecutedBatch) => void): void

  load(): ExecutionLoad

  /**
   * Seals the open block: resolves after everything queued before the call that has room in it was executed and told to
   * the listener. Entries without room wait for the next block.
   * @param options.leaveQueued - Seals at once what was executed so far and leaves the queues to the next block: under
   * saturation a block then closes in milliseconds. Which entries are in it depends on timing.
   */
  seal(options?: { readonly leaveQueued?: boolean }): Promise<SealedRuns>

  /**
   * Executes a whole block, comparing every segment's root and the state root, without opening one. The next may be given
   * before this one is done, so that no lane waits for the others; they are executed in the order of the calls.
   * @returns the first difference in the order of shards and segments, or undefined. After a difference the state is of
   * no use: `restore` a snapshot. What was given after the block with the difference fails with `STATE_LOST`.
   */
  verify(block: ViewedBlock, prices: Prices, items: readonly QueuedItem[]): Promise<BlockFault | undefined>

  /** Called with what verified blocks changed, for a `StateView` to follow. Set once, before the first block. */
  onVerified(listener: VerifiedListener): void

  /**
   * Applies records of `ExecutedBatch`, in their order, to the open block without verifying signatures: they were checked
   * and are durable. Calls may be made before earlier ones are done.
   */
  replay(...records: readonly Uint8Array[]): Promise<void>

  /** Roots of the 64 shards as executed so far. */
  shardRoots(): Promise<readonly Bytes32[]>

  /** Undefined where there is none. */
  conversation(shard: number, index: number): Promise<ConversationRead | undefined>
  account(shard: number, index: number): Promise<AccountRead | undefined>
  shard(shard: number): Promise<ShardRead | undefined>

  /** A whole shard as values, between blocks: what a proof opens. It may take megabytes; undefined where there is none. */
  shardValues(shard: number): Promise<Shard | undefined>

  /**
   * Writes the state of all shards, between blocks, at least one chunk a shard; the caller stores them under the state root.
   * @param targetBytes - A chunk is closed once it is this large, at most 4 MiB. @default 4 MiB
   */
  snapshot(targetBytes?: number): AsyncIterable<ShardChunk>

  /** Replaces the state, between blocks. @throws {ExecutionError} `SNAPSHOT_INVALID` when a shard's root is not the expected one. */
  restore(chunks: AsyncIterable<ShardChunk>, shardRoots: readonly Bytes32[]): Promise<void>

  /** Rejects when a lane dies; never resolves otherwise until `close`. */
  readonly failed: Promise<never>

  close(): Promise<void>
}
