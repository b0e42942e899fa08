import { ContainerType, ListCompositeType, UnionType, type ValueOf } from '@chainsafe/ssz'
import { limits } from '../limits.ts'
import { Bytes32Type, type Signature, Uint8Type, Uint64Type } from '../ssz/primitives.ts'
import {
  type Message,
  MessageType,
  type Operation,
  OperationType,
  SignaturesType,
  signatureCount,
} from './operation.ts'
import { PricesType } from './state.ts'

/** Selectors of a segment's body. */
export const BodyKind = { messages: 0, operation: 1, inboxItem: 2 } as const

export type Body =
  | { readonly selector: 0; readonly value: Message[] }
  | { readonly selector: 1; readonly value: Operation }
  | { readonly selector: 2; readonly value: bigint }

/** The messages of one segment. */
export const MessagesType = new ListCompositeType(MessageType, limits.messagesPerSegment)

export const BodyType = new UnionType([MessagesType, OperationType, Uint64Type])

/** How many signatures a body carries. Forced items bring theirs through the L2. */
export function signaturesOf(body: Body): number {
  if (body.selector === BodyKind.messages) return body.value.length
  return body.selector === BodyKind.operation ? signatureCount(body.value) : 0
}

/** The unit of everything: at most 32 messages, or one operation, or one inbox item, between two roots of one shard. */
export const SegmentType = new ContainerType(
  { preRoot: Bytes32Type, body: BodyType, postRoot: Bytes32Type },
  { typeName: 'Segment' },
)
export interface Segment {
  preRoot: Uint8Array
  body: Body
  postRoot: Uint8Array
}

/** All segments of one shard within one block; `postRoot` is the last segment's. */
export const RunType = new ContainerType(
  {
    shard: Uint8Type,
    segments: new ListCompositeType(SegmentType, limits.segmentsPerBlock),
    postRoot: Bytes32Type,
  },
  { typeName: 'Run' },
)
export interface Run {
  shard: number
  segments: Segment[]
  postRoot: Uint8Array
}

export const RunsType = new ListCompositeType(RunType, limits.shards)

/**
 * What the sequencer signs. `prices` are those of the state before the block; `timestamp` in milliseconds; `inboxCount`
 * and `segmentCount` count all items and segments since genesis, those of the block included.
 */
export const BlockHeaderType = new ContainerType(
  {
    number: Uint64Type,
    parent: Bytes32Type,
    timestamp: Uint64Type,
    lineage: Bytes32Type,
    inboxCount: Uint64Type,
    segmentCount: Uint64Type,
    inboxHash: Bytes32Type,
    prices: PricesType,
    runsRoot: Bytes32Type,
    stateRoot: Bytes32Type,
  },
  { typeName: 'BlockHeader' },
)
export type BlockHeader = ValueOf<typeof BlockHeaderType>

export const BlockType = new ContainerType({ header: BlockHeaderType, runs: RunsType }, { typeName: 'Block' })
export interface Block {
  header: BlockHeader
  runs: Run[]
}

/** The blocks of a batch without their signatures. */
export const CoreType = new ListCompositeType(BlockType, limits.blocksPerBatch)

/** Signatures of one block in the shape of its runs: run, segment, signature. */
export type BlockWitness = Signature[][][]
export const BlockWitnessType = new ListCompositeType(
  new ListCompositeType(SignaturesType, limits.segmentsPerBlock),
  limits.shards,
)

/** The signatures of a batch in the shape of its core. */
export const WitnessType = new ListCompositeType(BlockWitnessType, limits.blocksPerBatch)

/** A block that the sequencer put its name to; `signature` is 65 bytes, r ‖ s ‖ v, over the header. */
export interface SealedBlock {
  readonly block: Block
  readonly witness: BlockWitness
  readonly signature: Uint8Array
}
