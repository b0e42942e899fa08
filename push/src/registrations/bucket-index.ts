import type { FeedBucket, FeedPlace } from '@parley/api'

const keyOf = (shard: number, bits: number, prefix: number): string => `${shard}/${bits}/${prefix}`

/** Who registered which buckets. */
export class BucketIndex {
  private readonly names = new Map<string, Set<string>>()
  /** How many buckets there are of so many bits: no others are looked up. */
  private readonly bits = new Map<number, number>()

  add(name: string, buckets: readonly FeedBucket[]): void {
    for (const { shard, bits, prefix } of buckets) {
      const key = keyOf(shard, bits, prefix)
      const names = this.names.get(key)
      if (names !== undefined) names.add(name)
      else {
        this.names.set(key, new Set([name]))
        this.bits.set(bits, 1 + (this.bits.get(bits) ?? 0))
      }
    }
  }

  remove(name: string, buckets: readonly FeedBucket[]): void {
    for (const { shard, bits, prefix } of buckets) {
      const key = keyOf(shard, bits, prefix)
      const names = this.names.get(key)
      if (names?.delete(name) !== true || names.size > 0) continue
      this.names.delete(key)
      const left = (this.bits.get(bits) ?? 0) - 1
      if (left > 0) this.bits.set(bits, left)
      else this.bits.delete(bits)
    }
  }

  /** Who registered a bucket that a conversation is in; once for each such bucket. */
  *of({ shard, index }: FeedPlace): Generator<string> {
    for (const bits of this.bits.keys()) yield* this.names.get(keyOf(shard, bits, index % 2 ** bits)) ?? []
  }
}
