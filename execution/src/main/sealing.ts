import { type Bytes32, limits, merkleize, mixIn, runsRoot } from '@parley/protocol'
import type { SealedRuns } from '../api.ts'
import { readRuns } from '../codec/packed-runs.ts'
import type { LaneSealed, ShardRoot } from '../lane/commands.ts'

/** Roots of all shards, gathered from lanes. */
export function gatherRoots(ofLanes: readonly (readonly ShardRoot[])[]): Bytes32[] {
  const roots: Bytes32[] = []
  for (const { shard, root } of ofLanes.flat()) roots[shard] = root
  return roots
}

/** Puts together what the lanes sealed. */
export function gatherRuns(ofLanes: readonly LaneSealed[]): SealedRuns {
  const signed = ofLanes.flatMap(({ runs }) => readRuns(runs)).sort((a, b) => a.run.shard - b.run.shard)
  const roots = signed.map(({ root }) => root)
  return {
    runs: signed.map(({ run }) => run),
    witness: signed.map(({ signatures }) => signatures),
    runsRoot: roots.length === 0 ? runsRoot([]) : mixIn(merkleize(roots, Math.log2(limits.shards)), roots.length),
    shardRoots: gatherRoots(ofLanes.map((lane) => lane.roots)),
  }
}
