import { createHash } from 'node:crypto'
import {
  type BatchColumns,
  type Block,
  type BlockHeader,
  type BlockSkeleton,
  type BlockView,
  type Bytes32,
  CodecError,
  columnsOfViews,
  completeBlocks,
  coreRoot,
  coreRootOfHeaders,
  decodeBatchColumns,
  decodeSignatures,
  decodeWitness,
  encodeBatchColumns,
  encodeSignatures,
  limits,
  sameBytes,
  signaturesOfViews,
  skeletonsOf,
  witnessRoot,
  witnessRootOfViews,
} from '@parley/protocol'
import { BatcherError, type BatchPart } from './faults.ts'
import { sameColumns } from './same-columns.ts'

/** A batch as it is published, with the roots that a claim names. */
export interface EncodedBatch {
  readonly number: bigint
  readonly lastHeader: BlockHeader
  /** 65 bytes: the sequencer's, of the last header. */
  readonly signature: Uint8Array
  readonly parts: { readonly [part in BatchPart]: EncodedPart }
  readonly messages: number
}

export interface EncodedPart {
  readonly bytes: Uint8Array
  /** SHA-256 of `bytes`. */
  readonly digest: Bytes32
  /** hash_tree_root of what the bytes decode to. */
  readonly root: Bytes32
}

/** The encoder in use; tests put a faulty one in its place. */
export interface BatchEncoder {
  core(columns: BatchColumns): Uint8Array
  /** @param signatures - One after another, 64 bytes each. */
  witness(signatures: Uint8Array): Uint8Array
}

export const batchEncoder: BatchEncoder = { core: encodeBatchColumns, witness: encodeSignatures }

/**
 * Encodes blocks and reads them back: what does not come back as the very same blocks never leaves.
 * @param blocks - Blocks that were checked: their headers commit to their runs and follow one another.
 * @param previous - Header that the first block follows.
 * @throws {BatcherError} `BATCH_SELF_CHECK_FAILED`, `BATCH_UNREADABLE`.
 */
export function encodeBatch(
  number: bigint,
  blocks: readonly BlockView[],
  previous: BlockHeader,
  encoder: BatchEncoder,
): EncodedBatch {
  const columns = columnsOfViews(blocks)
  const signatures = signaturesOfViews(blocks)
  const core = encoder.core(columns)
  const witness = encoder.witness(signatures)
  const parts = {
    core: part(core, coreRootOfHeaders(blocks.map(({ header }) => header))),
    witness: part(witness, witnessRootOfViews(blocks.map(({ runs }) => runs))),
  }
  const read = reading(number, 'core', () => decodeBatchColumns(core))
  const count = signatures.length / 64
  const readSignatures = reading(number, 'witness', () => decodeSignatures(witness, count))
  if (!isDerivable(blocks) || !sameColumns(read, columns)) {
    const originals = blocks.map((block) => block.decode().block)
    throw mismatch(number, 'core', parts.core.root, coreRoot(complete(skeletonsOf(read), originals, previous)))
  }
  if (Buffer.compare(readSignatures, signatures) !== 0)
    throw mismatch(number, 'witness', parts.witness.root, witnessRoot(decodeWitness(witness, skeletonsOf(read))))
  const { header: lastHeader, signature } = blocks.at(-1) as BlockView
  return { number, lastHeader, signature, parts, messages: messagesIn(blocks) }
}

function messagesIn(blocks: readonly BlockView[]): number {
  const segments = blocks.flatMap(({ runs }) => runs.runs.flatMap((run) => run.segments))
  return segments.reduce((sum, { messages }) => sum + messages, 0)
}

/** Whether the roots that are not carried are those a node would derive; where a shard stood before the batch it knows. */
function isDerivable(blocks: readonly BlockView[]): boolean {
  const standing = new Map<number, Bytes32>()
  return blocks.every(({ runs: view }) =>
    view.runs.every(({ shard, segments, postRoot }) => {
      const follows = segments.every((segment) => {
        const before = standing.get(shard)
        standing.set(shard, view.root(segment.postRoot))
        return before === undefined || sameBytes(before, view.root(segment.preRoot))
      })
      const last = view.root(postRoot)
      return follows && sameBytes(standing.get(shard) ?? last, last)
    }),
  )
}

function part(bytes: Uint8Array, root: Bytes32): EncodedPart {
  return { bytes, digest: createHash('sha256').update(bytes).digest(), root }
}

function reading<T>(batch: bigint, part: BatchPart, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new BatcherError({ code: 'BATCH_UNREADABLE', batch, part, reason: cause.fault.code }, { cause })
  }
}

/**
 * For the fault: puts back what a node derives. Inbox hashes and prices come from the L2, which a batcher does not follow, so they are
 * taken from the sequencer's headers; everything else must come out of the decoded bytes.
 */
function complete(skeletons: readonly BlockSkeleton[], originals: readonly Block[], previous: BlockHeader): Block[] {
  const shardRoots = rootsBefore(originals)
  let header = previous
  return skeletons.map((skeleton, i) => {
    const original = originals[i]?.header ?? header
    const window = { waiting: [], hashBefore: original.inboxHash }
    const parent = { header, shardRoots, prices: original.prices }
    const [block] = completeBlocks([skeleton], parent, window, original.lineage) as [Block]
    for (const run of block.runs) shardRoots[run.shard] = run.postRoot
    header = block.header
    return block
  })
}

/** Roots of the shards before the first block that touches them. */
function rootsBefore(blocks: readonly Block[]): Bytes32[] {
  const roots = new Map<number, Bytes32>()
  for (const { runs } of blocks)
    for (const { shard, segments } of runs)
      if (!roots.has(shard)) roots.set(shard, segments[0]?.preRoot ?? new Uint8Array(32))
  return Array.from({ length: limits.shards }, (_, shard) => roots.get(shard) ?? new Uint8Array(32))
}

function mismatch(batch: bigint, part: BatchPart, expected: Bytes32, received: Bytes32): BatcherError {
  return new BatcherError({ code: 'BATCH_SELF_CHECK_FAILED', batch, part, expected, received })
}
