import { limits } from '../limits.ts'
import type { SegmentPlace } from '../proofs/batch.ts'
import { hash64, merkleize4 } from '../ssz/merkle.ts'
import { type Bytes32, SignatureType } from '../ssz/primitives.ts'
import {
  type Block,
  type BlockHeader,
  BlockHeaderType,
  type BlockWitness,
  BlockWitnessType,
  BodyKind,
  type Run,
  RunsType,
  type Segment,
  SegmentType,
} from '../types/block.ts'
import { MessageType, OperationType, SignaturesType } from '../types/operation.ts'
import { PricesType } from '../types/state.ts'
import type { PackedWriter } from './packed.ts'
import { mixInLength, uintChunk } from './roots.ts'
import { branchIn, levelsOf } from './trees.ts'

/** A list of which no more is known than its length and the root of its tree, before the length is mixed in. */
export interface ListLength {
  readonly count: number
  readonly tree: Bytes32
}

/** What a claim says, as values: the parts whose roots it names. */
export interface ClaimParts {
  readonly core: readonly Block[]
  readonly witness: readonly BlockWitness[]
  /** Of runs, and of their lists in the witness, that stand in the parts without what is in them. */
  readonly lengths?: ReadonlyMap<Run | BlockWitness[number], ListLength>
}

type Levels = ReturnType<typeof levelsOf>

const depths = {
  blocks: Math.log2(limits.blocksPerBatch),
  runs: Math.log2(limits.shards),
  segments: Math.log2(limits.segmentsPerBlock),
  messages: Math.log2(limits.messagesPerSegment),
} as const

const treeOf = (leaves: readonly Bytes32[], depth: number): Bytes32 => branchIn(levelsOf(leaves, depth), 0).root

const RunWitnessType = BlockWitnessType.elementType

const noChunk = new Uint8Array(32)

/** Writes openings of a claim's parts; trees are made once and kept. */
export class BatchTrees {
  readonly parts: ClaimParts
  #core: Levels | undefined
  #witness: Levels | undefined
  readonly #runs = new Map<number, Levels>()
  readonly #segments = new Map<Run, Levels>()

  constructor(parts: ClaimParts) {
    this.parts = parts
  }

  /** Writes a block without its index. */
  block(proof: PackedWriter, index: number): Block {
    const block = at(this.parts.core, index, 'block')
    writeHeader(proof, block.header)
    proof.bytes(this.runsRoot(index))
    this.blockBranch(proof, index)
    return block
  }

  /** Writes a run of a block. */
  run(proof: PackedWriter, block: number, index: number): Run {
    const { runs } = at(this.parts.core, block, 'block')
    const run = at(runs, index, 'run')
    proof.uint(index, 1)
    proof.uint(run.shard, 1)
    proof.bytes(this.segmentsRoot(run))
    proof.bytes(run.postRoot)
    proof.branch(branchIn(this.#runLevels(block), index).siblings)
    proof.uint(runs.length, 1)
    return run
  }

  /** Writes a segment of a run. */
  segment(proof: PackedWriter, run: Run, index: number): Segment {
    const segment = at(run.segments, index, 'segment')
    proof.uint(index, 2)
    proof.bytes(segment.preRoot)
    proof.bytes(segment.postRoot)
    writeBody(proof, segment)
    proof.branch(branchIn(this.#levelsOf(run), index).siblings)
    proof.uint(run.segments.length, 2)
    return segment
  }

  #levelsOf(run: Run): Levels {
    const levels =
      this.#segments.get(run) ??
      levelsOf(
        run.segments.map((segment) => SegmentType.hashTreeRoot(segment)),
        depths.segments,
      )
    this.#segments.set(run, levels)
    return levels
  }

  /** Writes the signatures of a segment, whole, and where they stand in the witness. */
  signatures(proof: PackedWriter, { block, run, segment }: SegmentPlace): void {
    const signatures = at(at(at(this.parts.witness, block, 'block'), run, 'run'), segment, 'segment')
    proof.uint(signatures.length, 1)
    for (const signature of signatures) proof.bytes(signature)
    this.#witnessUp(proof, block, run, segment)
  }

  /** Writes the tree and length of a list of the witness, and where it stands. */
  witnessLength(proof: PackedWriter, block: number, run?: number, segment?: number): void {
    const runs = at(this.parts.witness, block, 'block')
    if (run === undefined) {
      proof.bytes(
        treeOf(
          runs.map((each) => this.#signedRoot(each)),
          depths.runs,
        ),
      )
      proof.uint(runs.length, 1)
    } else {
      const segments = at(runs, run, 'run')
      if (segment === undefined) {
        proof.bytes(this.signaturesTree(segments))
        proof.uint(this.lengthOf(segments), 2)
      } else {
        const signatures = at(segments, segment, 'segment')
        proof.bytes(
          treeOf(
            signatures.map((each) => SignatureType.hashTreeRoot(each)),
            depths.messages,
          ),
        )
        proof.uint(signatures.length, 1)
      }
    }
    this.#witnessUp(proof, block, run, segment)
  }

  /** Writes the tree and length of a block's runs. */
  runsLength(proof: PackedWriter, block: number): void {
    const { runs } = at(this.parts.core, block, 'block')
    proof.bytes(branchIn(this.#runLevels(block), 0).root)
    proof.uint(runs.length, 1)
  }

  /** Segments of a run, or of its list in the witness. */
  lengthOf(list: Run | BlockWitness[number]): number {
    return this.parts.lengths?.get(list)?.count ?? ('segments' in list ? list.segments : list).length
  }

  /** Root of a block's runs. */
  runsRoot(index: number): Bytes32 {
    const { runs } = at(this.parts.core, index, 'block')
    // What is whole needs no trees of its own.
    if (!runs.some((run) => this.parts.lengths?.has(run))) return RunsType.hashTreeRoot(runs)
    return mixInLength(branchIn(this.#runLevels(index), 0).root, runs.length)
  }

  /** Root of the tree of a run's segments. */
  segmentsTree(run: Run): Bytes32 {
    return this.parts.lengths?.get(run)?.tree ?? branchIn(this.#levelsOf(run), 0).root
  }

  /** Root of the tree of a run's signatures, by segment. */
  signaturesTree(segments: BlockWitness[number]): Bytes32 {
    const length = this.parts.lengths?.get(segments)
    if (length !== undefined) return length.tree
    return treeOf(
      segments.map((each) => SignaturesType.hashTreeRoot(each)),
      depths.segments,
    )
  }

  /** Root of the tree of a part's blocks. */
  root(part: keyof ClaimParts): Bytes32 {
    return branchIn(part === 'core' ? this.#coreLevels() : this.#witnessLevels(), 0).root
  }

  /** Roots of a part's blocks. */
  roots(part: keyof ClaimParts): readonly Bytes32[] {
    return (part === 'core' ? this.#coreLevels() : this.#witnessLevels())[0] ?? []
  }

  /** Writes the branch of a block of the core. */
  blockBranch(proof: PackedWriter, index: number): void {
    this.partBranch(proof, 'core', index)
  }

  /** Writes the branch of a block of either part. */
  partBranch(proof: PackedWriter, part: keyof ClaimParts, index: number): void {
    proof.branch(branchIn(part === 'core' ? this.#coreLevels() : this.#witnessLevels(), index).siblings)
  }

  #witnessUp(proof: PackedWriter, block: number, run?: number, segment?: number): void {
    const runs = at(this.parts.witness, block, 'block')
    if (run !== undefined && segment !== undefined) {
      const segments = at(runs, run, 'run')
      const lists = segments.map((each) => SignaturesType.hashTreeRoot(each))
      proof.branch(branchIn(levelsOf(lists, depths.segments), segment).siblings)
      proof.uint(segments.length, 2)
    }
    if (run !== undefined) {
      const lists = runs.map((each) => this.#signedRoot(each))
      proof.branch(branchIn(levelsOf(lists, depths.runs), run).siblings)
      proof.uint(runs.length, 1)
    }
    proof.branch(branchIn(this.#witnessLevels(), block).siblings)
  }

  #coreLevels(): Levels {
    this.#core ??= levelsOf(
      this.parts.core.map(({ header }, index) => hash64(BlockHeaderType.hashTreeRoot(header), this.runsRoot(index))),
      depths.blocks,
    )
    return this.#core
  }

  #witnessLevels(): Levels {
    this.#witness ??= levelsOf(
      this.parts.witness.map((each) => this.#witnessRoot(each)),
      depths.blocks,
    )
    return this.#witness
  }

  #runLevels(block: number): Levels {
    const { runs } = at(this.parts.core, block, 'block')
    const levels =
      this.#runs.get(block) ??
      levelsOf(
        runs.map((each) => this.#runRoot(each)),
        depths.runs,
      )
    this.#runs.set(block, levels)
    return levels
  }

  /** Root of a run's segments, their number mixed in. */
  segmentsRoot(run: Run): Bytes32 {
    return mixInLength(this.segmentsTree(run), this.lengthOf(run))
  }

  #signedRoot(segments: BlockWitness[number]): Bytes32 {
    if (this.parts.lengths?.has(segments) !== true) return RunWitnessType.hashTreeRoot(segments)
    return mixInLength(this.signaturesTree(segments), this.lengthOf(segments))
  }

  #witnessRoot(runs: BlockWitness): Bytes32 {
    if (!runs.some((run) => this.parts.lengths?.has(run))) return BlockWitnessType.hashTreeRoot(runs)
    const roots = runs.map((each) => this.#signedRoot(each))
    return mixInLength(treeOf(roots, depths.runs), runs.length)
  }

  #runRoot(run: Run): Bytes32 {
    return merkleize4(uintChunk(run.shard), this.segmentsRoot(run), run.postRoot, noChunk)
  }
}

/** Writes a header. */
export function writeHeader(proof: PackedWriter, header: BlockHeader): void {
  proof.uint(header.number, 8)
  proof.bytes(header.parent)
  proof.uint(header.timestamp, 8)
  proof.bytes(header.lineage)
  proof.uint(header.inboxCount, 8)
  proof.uint(header.segmentCount, 8)
  proof.bytes(header.inboxHash)
  for (const field of PricesType.fieldsEntries) proof.uint(header.prices[field.fieldName], 8)
  proof.bytes(header.runsRoot)
  proof.bytes(header.stateRoot)
}

/** Writes the kind of a segment and the roots that its body's root is made of. */
function writeBody(proof: PackedWriter, { body }: Segment): void {
  proof.uint(body.selector, 1)
  if (body.selector === BodyKind.messages) {
    const roots = body.value.map((message) => MessageType.hashTreeRoot(message))
    proof.bytes(branchIn(levelsOf(roots, depths.messages), 0).root)
    proof.uint(body.value.length, 1)
  } else if (body.selector === BodyKind.operation) proof.bytes(OperationType.hashTreeRoot(body.value))
  else proof.uint(body.value, 8)
}

export function at<Item>(list: readonly Item[], index: number, what: string): Item {
  const item = list[index]
  if (item === undefined) throw new RangeError(`no ${what} ${index} of ${list.length}`)
  return item
}
