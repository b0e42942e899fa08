import { type BlockWitness, type Bytes32, limits, listRoot, type Run, type RunsView } from '@parley/protocol'
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
  return new GatheredRuns(
    view,
    listRoot(roots, Math.log2(limits.shards)),
    gatherRoots(ofLanes.map((lane) => lane.roots)),
  )
}

/** A class, for its getters are not own: whoever copies or spreads the rest must not decode a block by the way. */
class GatheredRuns implements SealedRuns {
  readonly view: RunsView
  readonly runsRoot: Bytes32
  readonly shardRoots: readonly Bytes32[]
  private decodedRuns: Run[] | undefined
  private decodedWitness: BlockWitness | undefined

  constructor(view: RunsView, runsRoot: Bytes32, shardRoots: readonly Bytes32[]) {
    this.view = view
    this.runsRoot = runsRoot
    this.shardRoots = shardRoots
  }

  get runs(): Run[] {
    this.decodedRuns ??= this.view.decodeRuns()
    return this.decodedRuns
  }

  get witness(): BlockWitness {
    this.decodedWitness ??= this.view.decodeWitness()
    return this.decodedWitness
  }
}
