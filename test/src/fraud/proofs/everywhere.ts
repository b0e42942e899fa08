import { BodyKind, signaturesOf } from '@parley/protocol'
import {
  type BatchTrees,
  type ClaimFault,
  type Proof,
  ProofKind,
  type ProofSources,
  proofOf,
  writeMessageProof,
  writeOperationProof,
  writeSignatureProof,
} from '@parley/protocol/fraud'
import type { Scene } from '../scene.ts'

const none = new Uint8Array(32)

/** Every proof that can be written at all against a scene, at every place of it, whatever is true. */
export function* proofsEverywhere(scene: Scene, trees: BatchTrees, sources: ProofSources): Generator<Proof> {
  const write = function* (fault: ClaimFault): Generator<Proof> {
    const proof = attempt(() => proofOf(fault, trees, sources))
    if (proof !== undefined) yield proof
  }
  yield* write({ rule: 'BLOCK_COUNT', part: 'core' })
  yield* write({ rule: 'BLOCK_COUNT', part: 'witness' })
  yield* write({ rule: 'LAST_HEADER' })
  for (const [b, { runs }] of scene.core.entries()) {
    for (const fault of blockFaults(sources.parentNumber + BigInt(b) + 1n, scene)) yield* write(fault)
    for (const [r, run] of runs.entries())
      for (const [s, { body }] of run.segments.entries()) {
        const at = { block: sources.parentNumber + BigInt(b) + 1n, shard: run.shard, segment: s }
        for (const fault of segmentFaults(at)) yield* write(fault)
        const place = { block: b, run: r, segment: s }
        if (body.selector === BodyKind.messages) {
          const bytes = writeMessageProof(trees, place, sources.shardBefore(place), sources)
          yield { kind: ProofKind.messages, bytes }
        } else {
          const bytes = writeOperationProof(trees, place, sources.shardBefore(place), sources, sources.itemAt)
          yield { kind: ProofKind.operation, bytes }
        }
        for (let entry = 0; entry < signaturesOf(body); entry += 5)
          yield {
            kind: ProofKind.signature,
            bytes: writeSignatureProof(trees, place, entry, sources.shardBefore(place)),
          }
      }
  }
}

function blockFaults(block: bigint, { queue }: Scene): readonly ClaimFault[] {
  const root = { expected: none, received: none }
  return [
    { block, code: 'HEADER_LINK', field: 'parent', ...root },
    { block, code: 'PRICES', field: 'settlement', expected: 0n, received: 0n },
    { block, code: 'INBOX_RANGE', reason: '', expected: 0n, received: 0n },
    { block, code: 'INBOX_HASH', ...root },
    { block, code: 'RUNS_ROOT', ...root },
    { block, code: 'SEGMENT_COUNT', expected: 0n, received: 0n },
    { block, code: 'BLOCK_EMPTY' },
    { block, code: 'STATE_ROOT', ...root },
    { block, code: 'WITNESS_SHAPE', expected: 0, received: 0 },
    ...queue.map(({ index }): ClaimFault => ({ block, code: 'INBOX_MISSING', item: index })),
  ]
}

function segmentFaults(at: { block: bigint; shard: number; segment: number }): readonly ClaimFault[] {
  const root = { expected: none, received: none }
  const { block, shard } = at
  return [
    { block, shard, code: 'RUN_ORDER', previousShard: 0 },
    { block, shard, code: 'RUN_ROOT', ...root },
    { ...at, code: 'CONTINUITY', ...root },
    { ...at, code: 'SEGMENT_ORDER', reason: '' },
    { ...at, code: 'FULLNESS', messages: 0 },
    { block, shard, code: 'WITNESS_SHAPE', expected: 0, received: 0 },
    { ...at, code: 'WITNESS_SHAPE', expected: 0, received: 0 },
  ]
}

/** Where a proof has nothing to open there is none to write. */
function attempt(write: () => Proof): Proof | undefined {
  try {
    return write()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
