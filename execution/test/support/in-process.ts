import { type ChainConfig, limits, type Shard, ShardType } from '@parley/protocol'
import { chunkOfShard } from '../../src/codec/shard-chunk.ts'
import { Lane } from '../../src/lane/lane.ts'
import { verifier } from './chain.ts'

/** A lane in this thread that has all shards. */
export function laneInProcess(config: ChainConfig): Lane {
  return new Lane({ lane: 0, lanes: 1, config, verifier, taken: new Int32Array(1), segmentsPerBlock: 1_024 })
}

/** Gives a lane one shard of the reference and empties the others. @returns the roots it then has. */
export function restoreShard(lane: Lane, index: number, shard: Shard): Uint8Array[] {
  lane.restoreBegin()
  for (let other = 0; other < limits.shards; other += 1)
    lane.restoreChunk(other, chunkOfShard(other, other === index ? shard : (ShardType.defaultValue() as Shard)))
  return lane.restoreEnd().map(({ root }) => root)
}
