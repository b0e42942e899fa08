import type { Bytes32 } from '../ssz/primitives.ts'
import {
  type Block,
  type BlockHeader,
  type BlockWitness,
  BodyKind,
  type Segment,
  signaturesOf,
} from '../types/block.ts'

/** What the rules look at in a segment: everything but what its body does. */
export interface SegmentShape {
  readonly preRoot: Bytes32
  readonly postRoot: Bytes32
  /** One of {@link BodyKind}. */
  readonly kind: number
  /** Messages of the segment; 0 for others. */
  readonly messages: number
  /** Index of the inbox item; undefined for others. */
  readonly item: bigint | undefined
  readonly signaturesNeeded: number
  /** Undefined when the witness has no such segment. */
  readonly signatures: number | undefined
}

export interface RunShape {
  readonly shard: number
  readonly postRoot: Bytes32
  readonly segments: readonly SegmentShape[]
  /** Segments that the witness has; undefined when it has no such run. */
  readonly signedSegments: number | undefined
}

/** What the rules look at in a block, in whatever form that is held. */
export interface BlockShape {
  readonly header: BlockHeader
  readonly runs: readonly RunShape[]
  /** Runs that the witness has. */
  readonly signedRuns: number
  /** Root of the runs, when somebody wants to compare it. */
  readonly runsRoot: () => Bytes32
}

function shapeOfSegment({ preRoot, postRoot, body }: Segment, signatures: number | undefined): SegmentShape {
  return {
    preRoot,
    postRoot,
    kind: body.selector,
    messages: body.selector === BodyKind.messages ? body.value.length : 0,
    item: body.selector === BodyKind.inboxItem ? body.value : undefined,
    signaturesNeeded: signaturesOf(body),
    signatures,
  }
}

/** The shape of a block given as values. */
export function shapeOfBlock({ header, runs }: Block, witness: BlockWitness, runsRoot: () => Bytes32): BlockShape {
  return {
    header,
    runs: runs.map(({ shard, postRoot, segments }, r) => ({
      shard,
      postRoot,
      segments: segments.map((segment, s) => shapeOfSegment(segment, witness[r]?.[s]?.length)),
      signedSegments: witness[r]?.length,
    })),
    signedRuns: witness.length,
    runsRoot,
  }
}
