import { limits } from '@parley/protocol'

/** Where a conversation lies. */
export interface ConversationPlace {
  readonly shard: number
  readonly index: number
}

/**
 * A place as one number, so that it can be the key of a map. Engines keep numbers below 2^31 without an object: so are the
 * first 2^25 conversations of every shard.
 */
export function placeKey({ shard, index }: ConversationPlace): number {
  return index * limits.shards + shard
}

/** The place that a key is of. */
export function placeOfKey(key: number): ConversationPlace {
  return { shard: shardOf(key), index: indexOf(key) }
}

export function shardOf(key: number): number {
  return key % limits.shards
}

export function indexOf(key: number): number {
  return Math.floor(key / limits.shards)
}
