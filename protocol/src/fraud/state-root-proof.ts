import type { StateOfRoots } from '../types/state.ts'
import { at, type BatchTrees } from './batch-trees.ts'
import { writeNeighbours } from './malformed-proof.ts'
import { PackedWriter } from './packed.ts'

/**
 * A proof for `StateRootProof`, whether or not the block's root is wrong.
 * @param before - State before the block.
 * @param point - Price point of the inbox that holds after the block.
 */
export function writeStateRootProof(
  trees: BatchTrees,
  block: number,
  before: Pick<StateOfRoots, 'shards'>,
  point: number,
): Uint8Array {
  const proof = new PackedWriter()
  writeNeighbours(proof, trees, block)
  for (const root of before.shards) proof.bytes(root)
  const { runs } = at(trees.parts.core, block, 'block')
  proof.uint(runs.length, 1)
  for (const run of runs) {
    proof.uint(run.shard, 1)
    proof.bytes(trees.segmentsRoot(run))
    proof.bytes(run.postRoot)
  }
  proof.uint(point, 4)
  return proof.finish()
}
