import { bucketOfKey, bucketOfPlace } from './bucket.ts'
import { LiveSubscribers } from './live-subscribers.ts'
import type { Subscriber } from './subscriber.ts'

/** Who is live at one level: in conversations, and in buckets of them. */
export class Audience {
  private readonly places = new LiveSubscribers()
  private readonly buckets = new LiveSubscribers()
  /** How many follow a bucket of so many bits. */
  private readonly ofBits = new Map<number, number>()

  /** Conversations and buckets that are followed, by all subscribers together. */
  get size(): number {
    return this.places.size + this.buckets.size
  }

  has(key: number): boolean {
    if (this.places.has(key)) return true
    for (const bits of this.ofBits.keys()) if (this.buckets.has(bucketOfPlace(key, bits))) return true
    return false
  }

  /** Followers of one conversation, with the key of the bucket for those that it is only a part of. */
  each(key: number, visit: (subscriber: Subscriber, bucket: number | undefined) => void): void {
    this.places.each(key, (subscriber) => visit(subscriber, undefined))
    for (const bits of this.ofBits.keys()) {
      const bucket = bucketOfPlace(key, bits)
      this.buckets.each(bucket, (subscriber) => visit(subscriber, bucket))
    }
  }

  add(key: number, isBucket: boolean, subscriber: Subscriber): void {
    if (!isBucket) {
      this.places.add(key, subscriber)
      return
    }
    this.buckets.add(key, subscriber)
    const { bits } = bucketOfKey(key)
    this.ofBits.set(bits, (this.ofBits.get(bits) ?? 0) + 1)
  }

  delete(key: number, isBucket: boolean, subscriber: Subscriber): void {
    if (!isBucket) {
      this.places.delete(key, subscriber)
      return
    }
    this.buckets.delete(key, subscriber)
    const { bits } = bucketOfKey(key)
    const left = (this.ofBits.get(bits) ?? 0) - 1
    if (left > 0) this.ofBits.set(bits, left)
    else this.ofBits.delete(bits)
  }
}
