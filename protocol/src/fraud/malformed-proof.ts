import { proveShard } from '../proofs/state.ts'
import { BlockHeaderType, BodyKind, type Run } from '../types/block.ts'
import type { StateOfRoots } from '../types/state.ts'
import { at, type BatchTrees } from './batch-trees.ts'
import { writeOperation } from './pack-operation.ts'
import { PackedWriter } from './packed.ts'

/** Numbers of the rules of `MalformedProof`. @see docs/spec/fraud-proofs.md#malformed */
export const malformedRule = {
  BLOCK_COUNT: 0,
  LAST_HEADER: 1,
  HEADER_LINK: 2,
  PRICES: 3,
  INBOX_RANGE: 4,
  INBOX_HASH: 5,
  RUNS_ROOT: 6,
  SEGMENT_COUNT: 7,
  BLOCK_EMPTY: 8,
  RUN_ORDER: 9,
  RUN_ROOT: 10,
  CONTINUITY: 11,
  INBOX_ORDER: 12,
  INBOX_MISSING: 13,
  FULLNESS: 14,
  WITNESS_SHAPE: 15,
} as const

export type MalformedRule = keyof typeof malformedRule

function begin(rule: MalformedRule): PackedWriter {
  const proof = new PackedWriter()
  proof.uint(malformedRule[rule], 1)
  return proof
}

/** Writes a block and, unless it is the first, the one before it. */
export function writeNeighbours(proof: PackedWriter, trees: BatchTrees, block: number): void {
  proof.uint(block, 2)
  if (block > 0) trees.block(proof, block - 1)
  trees.block(proof, block)
}

function writeBlock(proof: PackedWriter, trees: BatchTrees, block: number): void {
  proof.uint(block, 2)
  trees.block(proof, block)
}

/** Of a core or witness with another length than the claim's headers say. */
export function writeBlockCount(trees: BatchTrees, part: 'core' | 'witness'): Uint8Array {
  const proof = begin('BLOCK_COUNT')
  proof.uint(part === 'core' ? 0 : 1, 1)
  proof.bytes(trees.root(part))
  proof.uint(trees.parts[part].length, 2)
  return proof.finish()
}

/** Of a core whose last header is another than the claim's. */
export function writeLastHeader(trees: BatchTrees): Uint8Array {
  const proof = begin('LAST_HEADER')
  const { core } = trees.parts
  const { header } = at(core, core.length - 1, 'block')
  proof.bytes(BlockHeaderType.hashTreeRoot(header))
  proof.bytes(trees.runsRoot(core.length - 1))
  trees.blockBranch(proof, core.length - 1)
  return proof.finish()
}

/** Of a rule that takes a block alone, or it and the header before it. */
export function writeHeaderRule(
  trees: BatchTrees,
  rule: 'HEADER_LINK' | 'INBOX_RANGE' | 'INBOX_HASH' | 'RUNS_ROOT' | 'BLOCK_EMPTY',
  block: number,
): Uint8Array {
  const proof = begin(rule)
  if (rule === 'INBOX_HASH' || rule === 'RUNS_ROOT') writeBlock(proof, trees, block)
  else writeNeighbours(proof, trees, block)
  return proof.finish()
}

/** @param point - Price point of the inbox that holds after the block before. */
export function writePrices(trees: BatchTrees, block: number, point: number): Uint8Array {
  const proof = begin('PRICES')
  writeNeighbours(proof, trees, block)
  proof.uint(point, 4)
  return proof.finish()
}

export function writeSegmentCount(trees: BatchTrees, block: number): Uint8Array {
  const proof = begin('SEGMENT_COUNT')
  writeNeighbours(proof, trees, block)
  const { runs } = at(trees.parts.core, block, 'block')
  proof.uint(runs.length, 1)
  for (const run of runs) {
    proof.uint(run.shard, 1)
    proof.bytes(trees.segmentsTree(run))
    proof.uint(trees.lengthOf(run), 2)
    proof.bytes(run.postRoot)
  }
  return proof.finish()
}

export function writeRunOrder(trees: BatchTrees, block: number, run: number): Uint8Array {
  const proof = begin('RUN_ORDER')
  writeBlock(proof, trees, block)
  trees.run(proof, block, run)
  if (run > 0) trees.run(proof, block, run - 1)
  return proof.finish()
}

export function writeRunRoot(trees: BatchTrees, block: number, run: number): Uint8Array {
  const proof = begin('RUN_ROOT')
  writeBlock(proof, trees, block)
  const opened = trees.run(proof, block, run)
  trees.segment(proof, opened, opened.segments.length - 1)
  return proof.finish()
}

/** @param before - State before the block, asked for only where the segment is a run's first. */
export function writeContinuity(
  trees: BatchTrees,
  { block, run, segment }: { readonly block: number; readonly run: number; readonly segment: number },
  before: () => StateOfRoots,
): Uint8Array {
  const proof = begin('CONTINUITY')
  writeNeighbours(proof, trees, block)
  const opened = trees.run(proof, block, run)
  trees.segment(proof, opened, segment)
  if (segment > 0) trees.segment(proof, opened, segment - 1)
  else {
    const { leaf, branch } = proveShard(before(), opened.shard)
    proof.bytes(leaf)
    proof.branch(branch)
  }
  return proof.finish()
}

export function writeInboxOrder(trees: BatchTrees, block: number, run: number, segment: number): Uint8Array {
  const proof = begin('INBOX_ORDER')
  writeNeighbours(proof, trees, block)
  const opened = trees.run(proof, block, run)
  trees.segment(proof, opened, segment)
  if (segment > 0) trees.segment(proof, opened, segment - 1)
  return proof.finish()
}

/** Of an item that no segment executes. @param shard - The item's. */
export function writeInboxMissing(trees: BatchTrees, block: number, item: bigint, shard: number): Uint8Array {
  const proof = begin('INBOX_MISSING')
  writeNeighbours(proof, trees, block)
  proof.uint(item, 8)
  const { runs } = at(trees.parts.core, block, 'block')
  const found = runs.findIndex((run) => run.shard === shard)
  proof.uint(found < 0 ? 0 : 1, 1)
  if (found < 0) writeRunGap(proof, trees, block, runs, shard)
  else writeSegmentGap(proof, trees, trees.run(proof, block, found), item)
  return proof.finish()
}

function writeRunGap(proof: PackedWriter, trees: BatchTrees, block: number, runs: readonly Run[], shard: number): void {
  if (runs.length === 0) return
  const right = runs.findIndex((run) => run.shard > shard)
  const gap = right < 0 ? runs.length : right
  proof.uint(gap, 1)
  if (gap > 0) trees.run(proof, block, gap - 1)
  if (gap < runs.length) trees.run(proof, block, gap)
}

function writeSegmentGap(proof: PackedWriter, trees: BatchTrees, run: Run, item: bigint): void {
  const { segments } = run
  const right = segments.findIndex(({ body }) => body.selector !== BodyKind.inboxItem || body.value > item)
  const gap = right < 0 ? segments.length : right
  proof.uint(gap, 2)
  if (gap > 0) trees.segment(proof, run, gap - 1)
  if (gap < segments.length) trees.segment(proof, run, gap)
}

export function writeFullness(trees: BatchTrees, block: number, run: number, segment: number): Uint8Array {
  const proof = begin('FULLNESS')
  writeBlock(proof, trees, block)
  const opened = trees.run(proof, block, run)
  const { body } = trees.segment(proof, opened, segment)
  if (body.selector === BodyKind.messages && body.value.length > 0 && segment + 1 < opened.segments.length)
    trees.segment(proof, opened, segment + 1)
  return proof.finish()
}

/** Of a list of the witness: a block's runs; with `run`, that run's segments; with `segment`, that segment's signatures. */
export function writeWitnessShape(trees: BatchTrees, block: number, run?: number, segment?: number): Uint8Array {
  const proof = begin('WITNESS_SHAPE')
  const level = run === undefined ? 0 : segment === undefined ? 1 : 2
  proof.uint(level, 1)
  writeBlock(proof, trees, block)
  if (run === undefined) trees.runsLength(proof, block)
  else {
    const opened = trees.run(proof, block, run)
    if (segment === undefined) {
      proof.bytes(trees.segmentsTree(opened))
      proof.uint(trees.lengthOf(opened), 2)
    } else {
      const { body } = trees.segment(proof, opened, segment)
      if (body.selector === BodyKind.operation) writeOperation(proof, body.value)
    }
  }
  trees.witnessLength(proof, block, run, segment)
  return proof.finish()
}
