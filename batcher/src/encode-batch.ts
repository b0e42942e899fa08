import { createHash } from 'node:crypto'
import {
  type Block,
  type BlockHeader,
  type BlockSkeleton,
  type BlockWitness,
  type Bytes32,
  CodecError,
  completeBlocks,
  coreRoot,
  coreRootOfHeaders,
  decodeCore,
  decodeWitness,
  encodeCore,
  encodeWitness,
  limits,
  type SealedBlock,
  sameBytes,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import { BatcherError, type BatchPart } from './faults.ts'
import { sameValue } from './same-value.ts'

/** A batch as it is published, with the roots that a claim names. */
export interface EncodedBatch {
  readonly number: bigint
  readonly lastHeader: BlockHeader
  readonly parts: { readonly [part in BatchPart]: EncodedPart }
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
  core(blocks: readonly BlockSkeleton[]): Uint8Array
  witness(witness: readonly BlockWitness[]): Uint8Array
}

export const batchEncoder: BatchEncoder = { core: encodeCore, witness: encodeWitness }

/**
 * Encodes blocks and reads them back: what does not come back as the very same blocks never leaves.
 * @param sealed - Blocks that were checked: their headers commit to their runs and follow one another.
 * @param previous - Header that the first block follows.
 * @throws {BatcherError} `BATCH_SELF_CHECK_FAILED`, `BATCH_UNREADABLE`.
 */
export function encodeBatch(
  number: bigint,
  sealed: readonly SealedBlock[],
  previous: BlockHeader,
  encoder: BatchEncoder,
): EncodedBatch {
  const blocks = sealed.map(({ block }) => block)
  const witness = sealed.map((each) => each.witness)
  const core = encoder.core(blocks.map(skeletonOf))
  const signatures = encoder.witness(witness)
  const read = readBack(number, core, signatures)
  const parts = {
    core: part(core, coreRootOfHeaders(blocks.map(({ header }) => header))),
    witness: part(signatures, witnessRoot(witness)),
  }
  if (!isDerivable(blocks) || !sameValue(read.skeletons, blocks.map(carriedOf)))
    throw mismatch(number, 'core', parts.core.root, coreRoot(complete(read.skeletons, blocks, previous)))
  if (!sameValue(read.witness, witness))
    throw mismatch(number, 'witness', parts.witness.root, witnessRoot(read.witness))
  return { number, lastHeader: (blocks.at(-1) as Block).header, parts }
}

/** What of a block the DA layer carries, and nothing else. */
function carriedOf({ header, runs }: Block): BlockSkeleton {
  const { timestamp, inboxCount, stateRoot } = header
  return {
    timestamp,
    inboxCount,
    stateRoot,
    runs: runs.map(({ shard, segments }) => ({
      shard,
      segments: segments.map(({ body, postRoot }) => ({ body, postRoot })),
    })),
  }
}

/** Whether the roots that are not carried are those a node would derive; where a shard stood before the batch it knows. */
function isDerivable(blocks: readonly Block[]): boolean {
  const standing = new Map<number, Bytes32>()
  return blocks.every(({ runs }) =>
    runs.every(({ shard, segments, postRoot }) => {
      const follows = segments.every((segment) => {
        const before = standing.get(shard)
        standing.set(shard, segment.postRoot)
        return before === undefined || sameBytes(before, segment.preRoot)
      })
      return follows && sameBytes(standing.get(shard) ?? postRoot, postRoot)
    }),
  )
}

function part(bytes: Uint8Array, root: Bytes32): EncodedPart {
  return { bytes, digest: createHash('sha256').update(bytes).digest(), root }
}

function readBack(
  number: bigint,
  core: Uint8Array,
  signatures: Uint8Array,
): { skeletons: BlockSkeleton[]; witness: BlockWitness[] } {
  const skeletons = reading(number, 'core', () => decodeCore(core))
  return { skeletons, witness: reading(number, 'witness', () => decodeWitness(signatures, skeletons)) }
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
