import { isIPv6 } from 'node:net'
import type { Clock } from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import type { QuotaOptions } from '../options.ts'

/** What a message with a junk signature costs, a good one costing 1: it takes a lane's time and pays nothing. */
const junkCost = 100

interface Bucket {
  tokens: number
  filledAt: number
}

/** A token bucket for each remote address. */
export class Quota {
  private readonly buckets = new Map<string, Bucket>()
  private readonly clock: Clock
  private readonly options: QuotaOptions

  constructor(clock: Clock, options: QuotaOptions) {
    this.clock = clock
    this.options = options
  }

  /**
   * Takes what `entries` cost when they are good.
   * @throws {SequencerError} `QUOTA_EXCEEDED`, having taken nothing.
   */
  charge(address: string, entries: number): void {
    const bucket = this.bucketOf(sourceOf(address))
    // A body larger than the bucket passes when the bucket is full.
    const missing = Math.min(entries, this.options.burst) - bucket.tokens
    if (missing > 0)
      throw new SequencerError({
        code: 'QUOTA_EXCEEDED',
        retryAfterMs: Math.ceil((1000 * missing) / this.options.perSecond),
      })
    bucket.tokens -= entries
  }

  /** Takes the rest of what `entries` with junk signatures cost; the bucket may fall below zero. */
  chargeJunk(address: string, entries: number): void {
    if (entries > 0) this.bucketOf(sourceOf(address)).tokens -= entries * (junkCost - 1)
  }

  private bucketOf(source: string): Bucket {
    const { burst, perSecond, maxAddresses } = this.options
    const now = this.clock.now()
    let bucket = this.buckets.get(source)
    if (bucket === undefined) {
      bucket = { tokens: burst, filledAt: now }
      if (this.buckets.size >= maxAddresses) this.forgetOne()
    } else {
      const elapsedMs = Math.max(0, now - bucket.filledAt)
      bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1000)
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

/** Who counts as one source: an IPv4 address, or an IPv6 network of 64 bits, of which one person has them all. */
export function sourceOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array.from({ length: Math.max(0, gap) }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
