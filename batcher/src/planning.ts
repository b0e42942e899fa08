import { type BlockHeader, BlockHeaderType, mayShareBatch, sameBytes } from '@parley/protocol'
import type { BlockOrigin } from './check-block.ts'
import type { EncodedBatch } from './encode-batch.ts'
import type { BatchPlan } from './plan.ts'

/** Whether a recorded plan goes on where `previous` ends, in the lineage in force and within one key and one version. */
export function follows(plan: BatchPlan, previous: BlockHeader, { lineage, schedule }: BlockOrigin): boolean {
  return (
    mayShareBatch(schedule, previous, { number: plan.first }, plan.lastHeader) &&
    plan.first === previous.number + 1n &&
    sameBytes(plan.parent, BlockHeaderType.hashTreeRoot(previous)) &&
    sameBytes(plan.lastHeader.lineage, lineage)
  )
}

export const isPublished = (plan: BatchPlan): boolean =>
  plan.core.published !== undefined && plan.witness.published !== undefined

/** Whether a plan is of exactly these bytes. */
export function isPlanOf(plan: BatchPlan, encoded: EncodedBatch): boolean {
  return (
    sameBytes(plan.core.digest, encoded.parts.core.digest) &&
    sameBytes(plan.witness.digest, encoded.parts.witness.digest)
  )
}

/** The plan of a batch of which nothing is published yet. */
export function planOf(encoded: EncodedBatch, previous: BlockHeader): BatchPlan {
  const part = (name: 'core' | 'witness'): BatchPlan['core'] => {
    const { bytes, digest, root } = encoded.parts[name]
    return { digest, bytes: BigInt(bytes.length), root, published: undefined, begun: [] }
  }
  return {
    number: encoded.number,
    first: previous.number + 1n,
    parent: BlockHeaderType.hashTreeRoot(previous),
    lastHeader: encoded.lastHeader,
    signature: encoded.signature,
    messages: BigInt(encoded.messages),
    core: part('core'),
    witness: part('witness'),
  }
}
