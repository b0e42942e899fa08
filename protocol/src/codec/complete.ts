import { ListCompositeType } from '@chainsafe/ssz'
import { runsRoot, segmentsOf } from '../block/roots.ts'
import type { BlockParent, InboxWindow } from '../block/rules.ts'
import { limits } from '../limits.ts'
import { hash64 } from '../ssz/merkle.ts'
import { type Bytes32, Bytes32Type } from '../ssz/primitives.ts'
import {
  type Block,
  type BlockHeader,
  BlockHeaderType,
  type BlockWitness,
  CoreType,
  type Run,
  WitnessType,
} from '../types/block.ts'
import { HeaderCompleter } from './complete-headers.ts'
import type { BlockSkeleton, RunSkeleton } from './skeleton.ts'

/** What the DA layer carries of a block. */
export function skeletonOf(block: Block): BlockSkeleton {
  const { timestamp, inboxCount, stateRoot } = block.header
  return { timestamp, inboxCount, stateRoot, runs: block.runs }
}

function completeRun(run: RunSkeleton, before: Bytes32): Run {
  let standing = before
  const segments = run.segments.map(({ body, postRoot }) => {
    const segment = { preRoot: standing, body, postRoot }
    standing = postRoot
    return segment
  })
  return { shard: run.shard, segments, postRoot: standing }
}

/**
 * Puts back what is derived: numbers, links, lineage, counts of segments, inbox hashes, prices and the roots segments
 * begin at. Nothing is checked: a block that breaks a rule comes out as it was claimed, for `checkBlockRules` to name the fault. Where the
 * inbox is not known as far as a block claims, its hash stays that of what is known.
 */
export function completeBlocks(
  skeletons: readonly BlockSkeleton[],
  parent: BlockParent,
  window: InboxWindow,
  lineage: Bytes32,
): Block[] {
  const shardRoots = [...parent.shardRoots]
  const headers = new HeaderCompleter(parent, window, lineage)
  return skeletons.map((skeleton) => {
    const runs = skeleton.runs.map((run) => completeRun(run, shardRoots[run.shard] as Bytes32))
    for (const run of runs) shardRoots[run.shard] = run.postRoot
    return { header: headers.next({ ...skeleton, runsRoot: runsRoot(runs), segments: segmentsOf(runs) }), runs }
  })
}

/** Root that a claim commits the blocks of a batch by. */
export function coreRoot(blocks: readonly Block[]): Bytes32 {
  return CoreType.hashTreeRoot([...blocks])
}

const BlockRootsType = new ListCompositeType(Bytes32Type, limits.blocksPerBatch)

/**
 * The same root as `coreRoot`, without hashing the runs again: for blocks whose headers are known to commit to their runs,
 * because `completeBlocks` made them or `runsRoot` was compared.
 */
export function coreRootOfHeaders(headers: readonly BlockHeader[]): Bytes32 {
  return BlockRootsType.hashTreeRoot(
    headers.map((header) => hash64(BlockHeaderType.hashTreeRoot(header), header.runsRoot)),
  )
}

/** Root that a claim commits the signatures of a batch by. */
export function witnessRoot(witness: readonly BlockWitness[]): Bytes32 {
  return WitnessType.hashTreeRoot([...witness])
}
