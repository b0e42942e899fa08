import type { FeedBucket } from '@parley/api'
import { limits } from '@parley/protocol'
import { indexOf, shardOf } from '../conversations/place.ts'

const prefixes = 2 ** 32

/** A bucket as one number, so that it can be the key of a map. */
export function bucketKey({ shard, bits, prefix }: FeedBucket): number {
  return (bits * prefixes + prefix) * limits.shards + shard
}

/** The bucket that a key is of. */
export function bucketOfKey(key: number): FeedBucket {
  const within = Math.floor(key / limits.shards)
  return { shard: key % limits.shards, bits: Math.floor(within / prefixes), prefix: within % prefixes }
}

/** Key of the bucket of `bits` bits that a conversation is in, by the key of its place. */
export function bucketOfPlace(key: number, bits: number): number {
  return bucketKey({ shard: shardOf(key), bits, prefix: indexOf(key) % 2 ** bits })
}
