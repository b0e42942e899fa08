import type { BlockFault } from '../block/faults.ts'
import { limits } from '../limits.ts'
import type { SegmentPlace } from '../proofs/batch.ts'
import { BodyKind, type Run } from '../types/block.ts'
import { type InboxItem, shardOfItem } from '../types/inbox.ts'
import type { StateOfRoots } from '../types/state.ts'
import { at, type BatchTrees } from './batch-trees.ts'
import type { Surroundings } from './execute-messages.ts'
import {
  writeBlockCount,
  writeContinuity,
  writeFullness,
  writeHeaderRule,
  writeInboxMissing,
  writeInboxOrder,
  writeLastHeader,
  writePrices,
  writeRunOrder,
  writeRunRoot,
  writeSegmentCount,
  writeWitnessShape,
} from './malformed-proof.ts'
import { writeMessageProof } from './message-proof.ts'
import type { ShardOpenings } from './openings.ts'
import { writeOperationProof } from './operation-proof.ts'
import { writeSignatureProof } from './signature-proof.ts'
import { writeStateRootProof } from './state-root-proof.ts'

/** Numbers of the verifiers, as `Rollup.prove` takes them. */
export const ProofKind = { messages: 0, operation: 1, signature: 2, stateRoot: 3, malformed: 4 } as const
export type ProofKind = (typeof ProofKind)[keyof typeof ProofKind]

/** What a verifier of this kind reads. */
export interface Proof {
  readonly kind: ProofKind
  readonly bytes: Uint8Array
}

/** Whatever can be wrong with a claim whose parts are known. */
export type ClaimFault =
  | BlockFault
  | { readonly rule: 'BLOCK_COUNT'; readonly part: 'core' | 'witness' }
  | { readonly rule: 'LAST_HEADER' }

/** What is known beside the claim's parts; asked for only where a proof needs it. */
export interface ProofSources extends Pick<Surroundings, 'chainId' | 'separator' | 'fees'> {
  /** Number of the last block of the claim's parent. */
  readonly parentNumber: bigint
  /** Items that the claim's parent had consumed. */
  readonly parentInboxCount: bigint
  /** A segment's shard as it stands before it. */
  shardBefore(place: SegmentPlace): ShardOpenings
  /** The state before a block, counted from the batch's first. */
  stateBefore(block: number): StateOfRoots
  /** Price point of the inbox that holds after `count` items. */
  pricePoint(count: bigint): number
  /** Item of the queue. @throws {RangeError} when it has none there. */
  itemAt(index: bigint): InboxItem
}

/** Writes the proof of a fault. @throws {RangeError} when the parts do not have what the fault is about. */
export function proofOf(fault: ClaimFault, trees: BatchTrees, sources: ProofSources): Proof {
  const malformed = (bytes: Uint8Array): Proof => ({ kind: ProofKind.malformed, bytes })
  if ('rule' in fault)
    return malformed(fault.rule === 'BLOCK_COUNT' ? writeBlockCount(trees, fault.part) : writeLastHeader(trees))
  const block = Number(fault.block - sources.parentNumber - 1n)
  const point = (of: number): number => sources.pricePoint(countAfter(trees, of, sources))
  switch (fault.code) {
    case 'HEADER_LINK':
    case 'TIMESTAMP_STEP':
      return malformed(writeHeaderRule(trees, 'HEADER_LINK', block))
    case 'INBOX_RANGE':
    case 'INBOX_HASH':
    case 'RUNS_ROOT':
    case 'BLOCK_EMPTY':
      return malformed(writeHeaderRule(trees, fault.code, block))
    case 'PRICES':
      return malformed(writePrices(trees, block, point(block - 1)))
    case 'BLOCK_SIZE':
    case 'SEGMENT_COUNT':
      return malformed(writeSegmentCount(trees, block))
    case 'STATE_ROOT': {
      const bytes = writeStateRootProof(trees, block, sources.stateBefore(block), point(block))
      return { kind: ProofKind.stateRoot, bytes }
    }
    default:
      return proofInRuns(fault, trees, sources, block)
  }
}

type RunFault = Exclude<
  BlockFault,
  {
    code:
      | 'HEADER_LINK'
      | 'TIMESTAMP_STEP'
      | 'INBOX_RANGE'
      | 'INBOX_HASH'
      | 'RUNS_ROOT'
      | 'BLOCK_EMPTY'
      | 'PRICES'
      | 'BLOCK_SIZE'
      | 'SEGMENT_COUNT'
      | 'STATE_ROOT'
  }
>

function proofInRuns(fault: RunFault, trees: BatchTrees, sources: ProofSources, block: number): Proof {
  const malformed = (bytes: Uint8Array): Proof => ({ kind: ProofKind.malformed, bytes })
  const { runs } = at(trees.parts.core, block, 'block')
  const run = runs.findIndex(({ shard }) => shard === fault.shard)
  const segment = fault.segment ?? 0
  switch (fault.code) {
    case 'RUN_ORDER':
      return malformed(writeRunOrder(trees, block, runOutOfOrder(runs)))
    case 'RUN_ROOT':
      return malformed(writeRunRoot(trees, block, run))
    case 'CONTINUITY':
      return malformed(writeContinuity(trees, { block, run, segment }, () => sources.stateBefore(block)))
    case 'FULLNESS':
      return malformed(writeFullness(trees, block, run, segment))
    case 'SEGMENT_ORDER':
      return malformed(writeInboxOrder(trees, block, run, segment))
    case 'INBOX_MISSING':
      return malformed(writeMissing(fault, trees, sources, block))
    case 'WITNESS_SHAPE': {
      const inRun = fault.shard === undefined ? undefined : run
      return malformed(writeWitnessShape(trees, block, inRun, fault.segment))
    }
    default:
      return proofOfSegment(fault, trees, sources, { block, run, segment })
  }
}

/** An item that is missing in its place stands nowhere in its run, or elsewhere and then out of order. */
function writeMissing(
  fault: BlockFault & { code: 'INBOX_MISSING' },
  trees: BatchTrees,
  sources: ProofSources,
  block: number,
): Uint8Array {
  const { header, runs } = at(trees.parts.core, block, 'block')
  const shard = shardOfItem(sources.itemAt(fault.item))
  if (shard === undefined) throw new RangeError(`item ${fault.item} belongs to no shard`)
  const first = countAfter(trees, block - 1, sources)
  const run = runs.findIndex((each) => each.shard === shard)
  const bodies = runs[run]?.segments.map(({ body }) => body) ?? []
  const misplaced = bodies.findIndex((body, i) => {
    if (body.selector !== BodyKind.inboxItem) return false
    const left = bodies[i - 1]
    if (left !== undefined && (left.selector !== BodyKind.inboxItem || left.value >= body.value)) return true
    return body.value < first || body.value >= header.inboxCount || shardOfItem(sources.itemAt(body.value)) !== shard
  })
  return misplaced < 0
    ? writeInboxMissing(trees, block, fault.item, shard)
    : writeInboxOrder(trees, block, run, misplaced)
}

function proofOfSegment(
  fault: BlockFault & { code: 'SEGMENT_INVALID' | 'POST_ROOT' },
  trees: BatchTrees,
  sources: ProofSources,
  place: SegmentPlace,
): Proof {
  const run = at(at(trees.parts.core, place.block, 'block').runs, place.run, 'run')
  const { body } = at(run.segments, place.segment, 'segment')
  const openings = sources.shardBefore(place)
  if (fault.code === 'SEGMENT_INVALID' && fault.fault.code === 'SIGNATURE_INVALID') {
    const entry = body.selector === BodyKind.messages ? fault.entry : fault.fault.index
    return { kind: ProofKind.signature, bytes: writeSignatureProof(trees, place, entry, openings) }
  }
  if (body.selector === BodyKind.messages)
    return { kind: ProofKind.messages, bytes: writeMessageProof(trees, place, openings, sources) }
  return { kind: ProofKind.operation, bytes: writeOperationProof(trees, place, openings, sources, sources.itemAt) }
}

/** Items consumed after a block of the batch; before its first, what the parent had consumed. */
function countAfter(trees: BatchTrees, block: number, sources: ProofSources): bigint {
  return block < 0 ? sources.parentInboxCount : at(trees.parts.core, block, 'block').header.inboxCount
}

function runOutOfOrder(runs: readonly Run[]): number {
  return runs.findIndex(
    (run, i) => run.shard >= limits.shards || run.segments.length === 0 || run.shard <= (runs[i - 1]?.shard ?? -1),
  )
}
