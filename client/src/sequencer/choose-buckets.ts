import { type FeedBucket, type FeedPlace, feedLimits } from '@parley/api'
import { limits } from '@parley/protocol/light'
import { concatBytes, keccak256, numberToBytes } from 'viem'
import { ClientError } from '../faults.ts'

export interface HidingOptions {
  /** Low bits of an index that a bucket is told by: a shard of n conversations has n / 2^bits of them in each. 0 to 32. */
  readonly bits: number
  /** Buckets watched for each one that is needed, none of whose conversations need be read. 0 to 64. */
  readonly decoys: number
  /** 32 bytes that stay the same for weeks, and that nobody else has: other ones each time would tell which are not decoys. */
  readonly secret: Uint8Array
}

const secretBytes = 32
const maxDecoys = 64

/**
 * Buckets to watch so that a server does not learn which conversations are read: those of the conversations, and decoys.
 * The decoys follow from the secret alone, so that they are the same after every reconnection; each bucket that is needed
 * later comes together with new ones.
 * @throws {ClientError} `ARGUMENT_INVALID`.
 */
export function chooseBuckets(
  places: readonly FeedPlace[],
  { bits, decoys, secret }: HidingOptions,
): readonly FeedBucket[] {
  assertWithin('bits', bits, feedLimits.bucketBits)
  assertWithin('decoys', decoys, maxDecoys)
  if (secret.length !== secretBytes) throw invalid('secret', `must have ${secretBytes} bytes`)
  const prefixes = 2 ** bits
  const total = limits.shards * prefixes
  const needed = new Set(places.map(({ shard, index }) => (index % prefixes) * limits.shards + shard))
  const drawn = new Set<number>()
  // Half of all at most: the last ones would take long to be drawn.
  const wanted = Math.min(decoys * needed.size, total / 2)
  for (let i = 0n; drawn.size < wanted; i += 1n) drawn.add(Number(draw(secret, i) % BigInt(total)))
  // In an order that does not tell which are needed.
  return [...new Set([...needed, ...drawn])]
    .toSorted((a, b) => a - b)
    .map((key) => ({ shard: key % limits.shards, bits, prefix: Math.floor(key / limits.shards) }))
}

function draw(secret: Uint8Array, number: bigint): bigint {
  return BigInt(keccak256(concatBytes([secret, numberToBytes(number, { size: 8 })])))
}

function assertWithin(field: string, value: number, maximum: number): void {
  if (!Number.isInteger(value) || value < 0 || value > maximum)
    throw invalid(field, `must be an integer of 0 to ${maximum}`)
}

const invalid = (field: string, reason: string): ClientError =>
  new ClientError({ code: 'ARGUMENT_INVALID', field, reason })
