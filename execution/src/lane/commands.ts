import type { ChainConfig, Prices, QueuedItem } from '@parley/protocol'
import type { AccountRead, ConversationRead, ShardRead, VerifierChoice } from '../api.ts'
import type { SnapshotCursor } from '../codec/snapshot.ts'
import type { ExecutionFault } from '../faults.ts'
import type { SegmentFault } from './segment-verifier.ts'

/** What fixes the entries of a block. */
export interface BlockTerms {
  readonly timestamp: bigint
  readonly prices: Prices
  /** Items of the lane's shards, in order. */
  readonly items: readonly QueuedItem[]
}

/** What the main thread asks of a lane, and what it answers. Commands are carried out in order. */
export interface LaneCalls {
  open: { readonly ask: BlockTerms & { readonly number: bigint }; readonly answer: undefined }
  /** `after`: position in the entry ring up to which entries are executed first, if there is room; undefined seals at once. */
  seal: { readonly ask: { readonly after: number | undefined }; readonly answer: LaneSealed }
  /** `tracked`: whether to answer what changed. */
  verify: {
    readonly ask: BlockTerms & { readonly runs: ArrayBuffer; readonly tracked: boolean }
    readonly answer: LaneVerified
  }
  /** Entries of a journal record, one after the other in the record's form. */
  replay: { readonly ask: { readonly entries: Uint8Array }; readonly answer: undefined }
  roots: { readonly ask: object; readonly answer: ShardRoot[] }
  conversation: { readonly ask: { shard: number; index: number }; readonly answer: ConversationRead | undefined }
  account: { readonly ask: { shard: number; index: number }; readonly answer: AccountRead | undefined }
  shard: { readonly ask: { shard: number }; readonly answer: ShardRead }
  /** Chunk number `part` of a shard. */
  snapshot: {
    readonly ask: { readonly shard: number; readonly cursor: SnapshotCursor; readonly targetBytes: number }
    readonly answer: SnapshotChunk
  }
  restoreBegin: { readonly ask: object; readonly answer: undefined }
  restoreChunk: { readonly ask: { readonly shard: number; readonly bytes: Uint8Array }; readonly answer: undefined }
  restoreEnd: { readonly ask: object; readonly answer: ShardRoot[] }
}

export type LaneCallName = keyof LaneCalls

export interface ShardRoot {
  readonly shard: number
  readonly root: Uint8Array
}

export interface LaneSealed {
  /** Runs of the lane as `codec/sealed-runs.ts` has them, shards ascending. */
  readonly runs: Uint8Array
  readonly roots: ShardRoot[]
}

export interface LaneVerified {
  /** First difference in the lane's shards. */
  readonly fault: SegmentFault | undefined
  readonly roots: ShardRoot[]
  /** What the block changed in the lane's shards, as `codec/changes.ts` has it; empty after a fault, or when nobody asked. */
  readonly changes: Uint8Array
}

export interface SnapshotChunk {
  readonly bytes: Uint8Array
  readonly next: SnapshotCursor | undefined
}

export type LaneCommand = {
  [name in LaneCallName]: { readonly id: number; readonly name: name; readonly ask: LaneCalls[name]['ask'] }
}[LaneCallName]

export type LaneAnswer =
  | { readonly id: number; readonly answer: LaneCalls[LaneCallName]['answer'] }
  | { readonly id: number; readonly fault: ExecutionFault }

/** What a lane is started with. */
export interface LaneStart {
  readonly lane: number
  readonly lanes: number
  readonly config: ChainConfig
  readonly verifier: VerifierChoice
  readonly control: SharedArrayBuffer
  readonly entries: SharedArrayBuffer
  readonly frames: SharedArrayBuffer
  /** Segments of the open block that are taken, all lanes together. */
  readonly taken: SharedArrayBuffer
  readonly segmentsPerBlock: number
  readonly port: import('node:worker_threads').MessagePort
}

/** Id of a lane's first answer, which nobody asked for: it is ready. */
export const readyId = 0
