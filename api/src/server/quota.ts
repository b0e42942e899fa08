import type { Clock } from '@parley/runtime'
import { RequestError } from '../faults.ts'

/** How much one source may ask for. A token is what a good message of 111 bytes costs: some 4 µs of a core. */
export interface QuotaOptions {
  /** Tokens a bucket holds. */
  readonly quotaBurst: number
  /** Tokens that come back a second. */
  readonly quotaPerSecond: number
  /** Sources remembered at most. */
  readonly quotaSources: number
}

interface Bucket {
  tokens: number
  filledAt: number
}

/** A token bucket for each source. */
export class Quota {
  private readonly buckets = new Map<string, Bucket>()
  private readonly clock: Clock
  private readonly options: QuotaOptions

  constructor(clock: Clock, options: QuotaOptions) {
    this.clock = clock
    this.options = options
  }

  /** @throws {RequestError} `QUOTA_EXCEEDED`, having taken nothing. */
  charge(source: string, tokens: number): void {
    const { quotaBurst, quotaPerSecond } = this.options
    const bucket = this.bucketOf(source)
    // What costs more than the bucket holds passes when the bucket is full.
    const missing = Math.min(tokens, quotaBurst) - bucket.tokens
    if (missing > 0)
      throw new RequestError({ code: 'QUOTA_EXCEEDED', retryAfterMs: Math.ceil((1000 * missing) / quotaPerSecond) })
    bucket.tokens -= tokens
  }

  /** Takes what was found out later; the bucket may fall below zero. */
  owe(source: string, tokens: number): void {
    if (tokens > 0) this.bucketOf(source).tokens -= tokens
  }

  /** Gives back what was charged and not used. */
  refund(source: string, tokens: number): void {
    const bucket = this.bucketOf(source)
    bucket.tokens = Math.min(this.options.quotaBurst, bucket.tokens + tokens)
  }

  private bucketOf(source: string): Bucket {
    const { quotaBurst, quotaPerSecond, quotaSources } = this.options
    const now = this.clock.elapsed()
    let bucket = this.buckets.get(source)
    if (bucket === undefined) {
      bucket = { tokens: quotaBurst, filledAt: now }
      if (this.buckets.size >= quotaSources) this.forgetOne()
    } else {
      const elapsedMs = Math.max(0, now - bucket.filledAt)
      bucket.tokens = Math.min(quotaBurst, bucket.tokens + (elapsedMs * quotaPerSecond) / 1000)
      bucket.filledAt = now
      this.buckets.delete(source)
    }
    // Last used last, so that the first is the one not seen for longest.
    this.buckets.set(source, bucket)
    return bucket
  }

  private forgetOne(): void {
    const [longestUnseen] = this.buckets.keys()
    if (longestUnseen !== undefined) this.buckets.delete(longestUnseen)
  }
}
