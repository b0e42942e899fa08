import { ByteListType, ByteVectorType, ContainerType, ListCompositeType, UintBigintType } from '@chainsafe/ssz'
import {
  type BlockHeader,
  BlockHeaderType,
  Bytes32Type,
  maxPointerBytes,
  Uint8Type,
  Uint64Type,
} from '@parley/protocol'
import type { BatchPart } from './faults.ts'

/** Where a part was published. */
export const PublicationType = new ContainerType(
  {
    layer: Uint8Type,
    pointer: new ByteListType(maxPointerBytes),
    height: Uint64Type,
    costWei: new UintBigintType(32),
  },
  { typeName: 'Publication' },
)
export interface Publication {
  readonly layer: number
  readonly pointer: Uint8Array
  readonly height: bigint
  readonly costWei: bigint
}

const PlannedPartType = new ContainerType(
  { digest: Bytes32Type, bytes: Uint64Type, root: Bytes32Type, published: new ListCompositeType(PublicationType, 1) },
  { typeName: 'PlannedPart' },
)

/** One part of a planned batch: what its bytes are, and where they lie once they were accepted there. */
export interface PlannedPart {
  /** SHA-256 of the encoded bytes. */
  readonly digest: Uint8Array
  readonly bytes: bigint
  readonly root: Uint8Array
  readonly published: Publication | undefined
}

const BatchPlanType = new ContainerType(
  {
    number: Uint64Type,
    first: Uint64Type,
    parent: Bytes32Type,
    lastHeader: BlockHeaderType,
    signature: new ByteVectorType(65),
    core: PlannedPartType,
    witness: PlannedPartType,
  },
  { typeName: 'BatchPlan' },
)

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
  readonly core: PlannedPart
  readonly witness: PlannedPart
}

const stored = (part: PlannedPart) => ({ ...part, published: part.published === undefined ? [] : [part.published] })

export function serializePlan(plan: BatchPlan): Uint8Array {
  return BatchPlanType.serialize({ ...plan, core: stored(plan.core), witness: stored(plan.witness) })
}

/** @throws {Error} when the bytes are not a plan. */
export function deserializePlan(bytes: Uint8Array): BatchPlan {
  const { core, witness, ...plan } = BatchPlanType.deserialize(bytes)
  return {
    ...plan,
    core: { ...core, published: core.published[0] },
    witness: { ...witness, published: witness.published[0] },
  }
}

/** The plan with one part's publication put in. */
export function withPublication(plan: BatchPlan, part: BatchPart, published: Publication | undefined): BatchPlan {
  return { ...plan, [part]: { ...plan[part], published } }
}
