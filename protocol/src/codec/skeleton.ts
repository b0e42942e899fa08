import type { Bytes32 } from '../ssz/primitives.ts'
import type { Body } from '../types/block.ts'

/** A segment as the DA layer carries it: where it begins follows from what precedes it. */
export interface SegmentSkeleton {
  readonly body: Body
  readonly postRoot: Bytes32
}

export interface RunSkeleton {
  readonly shard: number
  readonly segments: readonly SegmentSkeleton[]
}

/** A block without everything that can be derived: `completeBlocks` puts it back. */
export interface BlockSkeleton {
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly stateRoot: Bytes32
  readonly runs: readonly RunSkeleton[]
}
