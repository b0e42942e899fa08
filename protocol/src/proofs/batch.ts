import type { CompositeType, Type } from '@chainsafe/ssz'
import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import {
  type Block,
  type BlockHeader,
  BlockHeaderType,
  type BlockWitness,
  BodyKind,
  CoreType,
  MessagesType,
  type Segment,
  SegmentType,
  WitnessType,
} from '../types/block.ts'
import { type Message, MessageType } from '../types/operation.ts'
import { gindexOf, joinGindices, type MerkleProof, prove, proveNode, verifyAt } from './merkle.ts'

/** Where a segment stands in a batch, each index from 0. */
export interface SegmentPlace {
  readonly block: number
  readonly run: number
  readonly segment: number
}

/** Generalised index of a union's value; its sibling is the selector. */
const unionValue = 2n
const selectorChunk = new Uint8Array(32).fill(BodyKind.messages, 0, 1)

const segmentPath = ({ block, run, segment }: SegmentPlace) => [block, 'runs', run, 'segments', segment] as const

const messageInSegment = (message: number): bigint =>
  joinGindices(gindexOf(SegmentType, ['body']), unionValue, gindexOf(MessagesType, [message]))

/** Levels between a message and its list's root, and the level at which its branch has the body's selector. */
const selectorLevel = gindexOf(MessagesType, [0]).toString(2).length - 1

/** Places of what is opened in a claim's core and witness. @see docs/spec/proofs.md#batches */
export const batchGindex = {
  header: (block: number): bigint => gindexOf(CoreType, [block, 'header']),
  run: (block: number, run: number): bigint => gindexOf(CoreType, [block, 'runs', run]),
  segment: (place: SegmentPlace): bigint => gindexOf(CoreType, segmentPath(place)),
  message: (place: SegmentPlace, message: number): bigint =>
    joinGindices(batchGindex.segment(place), messageInSegment(message)),
  /** In the witness's root, not the core's. */
  signature: ({ block, run, segment }: SegmentPlace, index: number): bigint =>
    gindexOf(WitnessType, [block, run, segment, index]),
} as const

/** Proves a block's header in the root of its batch. @throws {RangeError} when the batch has no such block. */
export function proveHeader(core: Block[], block: number): MerkleProof {
  return prove(CoreType as CompositeType<Block[], unknown, unknown>, core, [block, 'header'])
}

/** Proves a segment in the root of its batch. @throws {RangeError} when the batch has no such segment. */
export function proveSegment(core: Block[], place: SegmentPlace): MerkleProof {
  return prove(CoreType as CompositeType<Block[], unknown, unknown>, core, segmentPath(place))
}

/** Proves one message in the root of its batch. @throws {RangeError} when there is none at this place. */
export function proveMessage(core: Block[], place: SegmentPlace, index: number): MerkleProof {
  const body = core[place.block]?.runs[place.run]?.segments[place.segment]?.body
  if (body?.selector !== BodyKind.messages || body.value[index] === undefined)
    throw new RangeError(`no message ${index} in segment ${place.segment} of run ${place.run}, block ${place.block}`)
  return proveNode(CoreType.value_toTree(core), batchGindex.message(place, index))
}

/** Proves one signature in the root of a batch's witness. @throws {RangeError} when there is none at this place. */
export function proveSignature(witness: BlockWitness[], place: SegmentPlace, index: number): MerkleProof {
  return prove(WitnessType, witness, [place.block, place.run, place.segment, index])
}

/** Whether `branch` shows exactly this header at this place of a batch. */
export function verifyHeader(
  coreRoot: Bytes32,
  block: number,
  header: BlockHeader,
  branch: readonly Bytes32[],
): boolean {
  return verifyAt(coreRoot, () => batchGindex.header(block), BlockHeaderType, header, branch)
}

/** Whether `branch` shows exactly this segment at this place of a batch. */
export function verifySegment(
  coreRoot: Bytes32,
  place: SegmentPlace,
  segment: Segment,
  branch: readonly Bytes32[],
): boolean {
  return verifyAt(coreRoot, () => batchGindex.segment(place), SegmentType as Type<Segment>, segment, branch)
}

/** Whether `branch` shows exactly this message at this place of a batch, in a segment of messages. */
export function verifyMessage(
  coreRoot: Bytes32,
  place: SegmentPlace,
  index: number,
  message: Message,
  branch: readonly Bytes32[],
): boolean {
  const selector = branch[selectorLevel]
  if (selector === undefined || !sameBytes(selector, selectorChunk)) return false
  return verifyAt(coreRoot, () => batchGindex.message(place, index), MessageType, message, branch)
}
