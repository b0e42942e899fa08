import type { Clock } from '@parley/runtime'

interface Bucket {
  tokens: number
  at: number
}

/** How often each peer does something: so many a second, and so many at once. */
export class Rates {
  private readonly clock: Pick<Clock, 'elapsed'>
  private readonly perSecond: number
  private readonly atOnce: number
  private readonly buckets = new Map<string, Bucket>()

  constructor(clock: Pick<Clock, 'elapsed'>, perSecond: number, atOnce: number) {
    this.clock = clock
    this.perSecond = perSecond
    this.atOnce = atOnce
  }

  /** Whether the peer may do it once more, which it then has. */
  take(peer: string): boolean {
    const now = this.clock.elapsed()
    const { tokens, at } = this.buckets.get(peer) ?? { tokens: this.atOnce, at: now }
    const left = Math.min(this.atOnce, tokens + ((now - at) / 1_000) * this.perSecond)
    this.buckets.set(peer, { tokens: left < 1 ? left : left - 1, at: now })
    return left >= 1
  }

  /** Forgets those who may do as much as whoever comes anew. Going away and coming again gives nobody more. */
  tidy(): void {
    const now = this.clock.elapsed()
    for (const [peer, { tokens, at }] of this.buckets)
      if (tokens + ((now - at) / 1_000) * this.perSecond >= this.atOnce) this.buckets.delete(peer)
  }
}
