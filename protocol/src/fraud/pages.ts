import type { Bytes32 } from '../ssz/primitives.ts'
import { type Block, BodyKind, type Segment, SegmentType } from '../types/block.ts'
import { SignaturesType } from '../types/operation.ts'
import { at, type BatchTrees, type ClaimParts, writeHeader } from './batch-trees.ts'
import { packMessages } from './message-proof.ts'
import { writeOperation } from './pack-operation.ts'
import { PackedWriter } from './packed.ts'
import { branchIn, levelsOf } from './trees.ts'

/** Segments of one page. */
export const segmentsPerPage = 32
const segmentsDepth = 10

/** Pages that a block has, at least 1: page 0 tells all lengths. */
export function pagesOf({ runs }: Pick<Block, 'runs'>): number {
  return Math.max(1, Math.ceil(runs.reduce((sum, { segments }) => sum + segments.length, 0) / segmentsPerPage))
}

/** The answer to who asks for the roots of all blocks of a part. */
export function listOf(trees: BatchTrees, part: keyof ClaimParts): Uint8Array {
  const proof = new PackedWriter()
  for (const root of trees.roots(part)) proof.bytes(root)
  return proof.finish()
}

/** The answer to who asks for a page of a block: its segments, or their signatures, and what leads from them to the part's root. */
export function pageOf(trees: BatchTrees, part: keyof ClaimParts, block: number, page: number): Uint8Array {
  const proof = new PackedWriter()
  const from = page * segmentsPerPage
  if (part === 'core') {
    const { header, runs } = at(trees.parts.core, block, 'block')
    writeHeader(proof, header)
    proof.uint(runs.length, 1)
    let passed = 0
    for (const { shard, segments, postRoot } of runs) {
      proof.uint(shard, 1)
      proof.uint(segments.length, 2)
      proof.bytes(postRoot)
      const roots = segments.map((segment) => SegmentType.hashTreeRoot(segment))
      writeRange(proof, roots, from - passed, (i) => writeSegment(proof, at(segments, i, 'segment')))
      passed += segments.length
    }
  } else {
    const runs = at(trees.parts.witness, block, 'block')
    proof.uint(runs.length, 1)
    let passed = 0
    for (const segments of runs) {
      proof.uint(segments.length, 2)
      const roots = segments.map((signatures) => SignaturesType.hashTreeRoot(signatures))
      writeRange(proof, roots, from - passed, (i) => writeSignatures(proof, at(segments, i, 'segment')))
      passed += segments.length
    }
  }
  trees.partBranch(proof, part, block)
  return proof.finish()
}

/** Writes what of a run is in the page, and the siblings that lead to the root of its tree; the root where nothing is. */
function writeRange(
  proof: PackedWriter,
  roots: readonly Bytes32[],
  from: number,
  write: (index: number) => void,
): void {
  const levels = levelsOf(roots, segmentsDepth)
  let first = Math.max(0, from)
  let end = Math.min(roots.length, from + segmentsPerPage)
  if (first >= end) {
    proof.bytes(branchIn(levels, 0).root)
    return
  }
  for (let i = first; i < end; i += 1) write(i)
  for (const level of levels.slice(0, -1)) {
    const left = first % 2 === 1 ? level[first - 1] : undefined
    const right = end % 2 === 1 ? level[end] : undefined
    if (left !== undefined) proof.bytes(left)
    if (right !== undefined) proof.bytes(right)
    first = Math.floor(first / 2)
    end = Math.ceil(end / 2)
  }
}

function writeSegment(proof: PackedWriter, { preRoot, postRoot, body }: Segment): void {
  proof.bytes(preRoot)
  proof.bytes(postRoot)
  proof.uint(body.selector, 1)
  if (body.selector === BodyKind.messages) {
    proof.uint(body.value.length, 1)
    proof.bytes(packMessages(body.value))
  } else if (body.selector === BodyKind.operation) writeOperation(proof, body.value)
  else proof.uint(body.value, 8)
}

function writeSignatures(proof: PackedWriter, signatures: readonly Uint8Array[]): void {
  proof.uint(signatures.length, 1)
  for (const signature of signatures) proof.bytes(signature)
}
