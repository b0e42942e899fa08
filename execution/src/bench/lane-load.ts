import type { ShardChunk } from '../api.ts'
import { inTurn, SyntheticLoad, skewed } from './load.ts'

/** How lively conversations are: all alike, or as 1 / rank. */
export type LaneWorkload = 'uniform' | 'zipf'

export interface LaneLoadOptions {
  readonly workload: LaneWorkload
  /** Two-member conversations of the state, at least 64. */
  readonly conversations: number
  /** Messages of one round; at most 30,000, which one block has room for. */
  readonly messages: number
  readonly rounds: number
  readonly seed: string
}

/** A state and messages signed for it, to be run through lanes again and again. */
export interface LaneLoad extends LaneLoadOptions {
  /** Bodies in which every member speaks once: the first word of a key costs its point, which is not what is measured. */
  readonly warmUp: readonly Uint8Array[]
  /** Messages of each round. */
  readonly bodies: readonly Uint8Array[]
  readonly shardRoots: readonly Uint8Array[]
  chunks(): Iterable<ShardChunk>
}

// Odd and far from any power of two: neighbours in time are no neighbours in memory.
const stride = 7_919
const zipfExponent = 1
const mostMessages = 30_000

/** Signs everything. @throws {RangeError} when a round is larger than a block. */
export function prepareLaneLoad(options: LaneLoadOptions): LaneLoad {
  const { workload, conversations, messages, rounds, seed } = options
  if (messages > mostMessages) throw new RangeError(`a round of ${messages} messages, at most ${mostMessages}`)
  const load = new SyntheticLoad(conversations, seed)
  const everybody = inTurn(conversations, stride)
  const warmUp: Uint8Array[] = []
  for (let from = 0; from < 2 * conversations; from += mostMessages)
    warmUp.push(load.messages(Math.min(mostMessages, 2 * conversations - from), everybody, from))
  const speakers = workload === 'uniform' ? everybody : skewed(conversations, zipfExponent, seed)
  const bodies = Array.from({ length: rounds }, (_, round) => load.messages(messages, speakers, round * messages))
  return { ...options, warmUp, bodies, shardRoots: load.shardRoots(), chunks: () => load.chunks() }
}
