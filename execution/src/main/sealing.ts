import { type BlockWitness, type Bytes32, limits, listRoot, type Run } from '@parley/protocol'
import type { SealedRuns } from '../api.ts'
import { joinSealedRuns } from '../codec/sealed-runs.ts'
import type { LaneSealed, ShardRoot } from '../lane/commands.ts'

/** Roots of all shards, gathered from lanes. */
export function gatherRoots(ofLanes: readonly (readonly ShardRoot[])[]): Bytes32[] {
  const roots: Bytes32[] = []
  for (const { shard, root } of ofLanes.flat()) roots[shard] = root
  return roots
}

/** Puts together what the lanes sealed. */
export function gatherRuns(ofLanes: readonly LaneSealed[]): SealedRuns {
  const { view, roots } = joinSealedRuns(ofLanes.map(({ runs }) => runs))
  let runs: Run[] | undefined
  let witness: BlockWitness | undefined
  return {
    view,
    get runs() {
      runs ??= view.decodeRuns()
      return runs
    },
    get witness() {
      witness ??= view.decodeWitness()
      return witness
    },
    runsRoot: listRoot(roots, Math.log2(limits.shards)),
    shardRoots: gatherRoots(ofLanes.map((lane) => lane.roots)),
  }
}
