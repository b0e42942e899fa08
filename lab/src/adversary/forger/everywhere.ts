import { type Block, BlockError, BodyKind, signaturesOf, TransitionError } from '@parley/protocol'
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

const none = new Uint8Array(32)

/** Blocks, and the items that may be said to be missing in them. */
interface Told {
  readonly core: readonly Block[]
  readonly queue: readonly { readonly index: bigint }[]
}

/** Writes a proof; undefined where there is none to write. */
export type ProofWriter = () => Proof | undefined

/** Every proof that can be written at all against a batch, at every place of it, whatever is true. */
export function* proofsEverywhere(told: Told, trees: BatchTrees, sources: ProofSources): Generator<Proof> {
  for (const write of writersEverywhere(told, trees, sources)) {
    const proof = write()
    if (proof !== undefined) yield proof
  }
}

/** The same, each written when it is asked for. */
export function* writersEverywhere(told: Told, trees: BatchTrees, sources: ProofSources): Generator<ProofWriter> {
  const of =
    (fault: ClaimFault): ProofWriter =>
    () =>
      attempt(() => proofOf(fault, trees, sources))
  yield of({ rule: 'BLOCK_COUNT', part: 'core' })
  yield of({ rule: 'BLOCK_COUNT', part: 'witness' })
  yield of({ rule: 'LAST_HEADER' })
  for (const [b, { runs }] of told.core.entries()) {
    const block = sources.parentNumber + BigInt(b) + 1n
    for (const fault of blockFaults(block, told)) yield of(fault)
    for (const [r, run] of runs.entries())
      for (const [s, { body }] of run.segments.entries()) {
        for (const fault of segmentFaults({ block, shard: run.shard, segment: s })) yield of(fault)
        const place = { block: b, run: r, segment: s }
        const kind = body.selector === BodyKind.messages ? ProofKind.messages : ProofKind.operation
        yield () =>
          attempt(() => {
            const opened = sources.shardBefore(place)
            const bytes =
              kind === ProofKind.messages
                ? writeMessageProof(trees, place, opened, sources)
                : writeOperationProof(trees, place, opened, sources, sources.itemAt)
            return { kind, bytes }
          })
        const signatures = signaturesOf(body)
        for (let entry = 0; entry < signatures; entry += signatures > 10 ? 5 : 1)
          yield () =>
            attempt(() => ({
              kind: ProofKind.signature,
              bytes: writeSignatureProof(trees, place, entry, sources.shardBefore(place)),
            }))
      }
  }
}

function blockFaults(block: bigint, { queue }: Told): readonly ClaimFault[] {
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

/** Where a proof has nothing to open, or the state before it is not known, there is none to write. */
function attempt(write: () => Proof): Proof | undefined {
  try {
    return write()
  } catch (error) {
    if (error instanceof RangeError || error instanceof BlockError || error instanceof TransitionError) return undefined
    throw error
  }
}
