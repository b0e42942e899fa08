import type { BlockHeader, DaAmount } from '@parley/protocol'
import type { BatchPart } from './faults.ts'

/** Where a part was published. */
export interface Publication {
  readonly layer: number
  readonly pointer: Uint8Array
  readonly height: bigint
  readonly cost: DaAmount
}

/** One part of a planned batch: what its bytes are, and where they lie once they were accepted there. */
export interface PlannedPart {
  /** SHA-256 of the encoded bytes. */
  readonly digest: Uint8Array
  readonly bytes: bigint
  readonly root: Uint8Array
  readonly published: Publication | undefined
  /** Layers to which it was submitted while nobody knows what became of that; each at most once. */
  readonly begun: readonly number[]
}

/** A batch that was decided on: recorded before anything of it leaves, so that a restart posts the very same one. */
export interface BatchPlan {
  /** Number of the claim it becomes. */
  readonly number: bigint
  /** Number of its first block. */
  readonly first: bigint
  /** Root of the header before the first block. */
  readonly parent: Uint8Array
  readonly lastHeader: BlockHeader
  /** The sequencer's, of the last header. */
  readonly signature: Uint8Array
  /** Messages in its blocks; 0 of plans that do not say it. */
  readonly messages: bigint
  readonly core: PlannedPart
  readonly witness: PlannedPart
}

/** The plan with one part changed. */
export function withPart(
  plan: BatchPlan,
  part: BatchPart,
  change: Partial<Pick<PlannedPart, 'published' | 'begun'>>,
): BatchPlan {
  return { ...plan, [part]: { ...plan[part], ...change } }
}
