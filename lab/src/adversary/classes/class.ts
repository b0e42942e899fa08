import type { BlockHeader } from '@parley/protocol'
import type { Batch } from '../forger/draft.ts'
import type { Scene } from '../forger/scene.ts'

/** How a claim is taken back: by a proof of a kind, or because what was asked for was not answered. */
export type Ending = 'messages' | 'operation' | 'signature' | 'stateRoot' | 'malformed'

/** What honest blocks must hold beside what every round has. */
export type Need = 'items' | 'prices' | 'flood'

/** A lie that a claim tells about blocks. */
export interface BlockLie {
  readonly name: string
  readonly ending: Ending
  /** The first fault that the reference finds: `POST_ROOT`, `SEGMENT_INVALID NONCE_MISMATCH`. */
  readonly fault: string
  /** Gas that the challenger's transactions may take in all. */
  readonly gas: number
  readonly needs: readonly Need[]
  /** Makes the batch that is claimed. @throws {RangeError} when the honest blocks do not have what it is about. */
  forge(scene: Scene): Batch
}

/** A header that follows no blocks: as a claim says it. */
export const withLast = (batch: Batch, change: Partial<BlockHeader>): Batch => ({
  ...batch,
  last: { ...batch.last, ...change },
})

/** Gas of a class at most, by what ends it. @see docs/adversary.md */
export const gasOf: Readonly<Record<Ending, number>> = {
  messages: 2_400_000,
  operation: 1_700_000,
  signature: 600_000,
  stateRoot: 800_000,
  malformed: 500_000,
}
