/** A sealed block that no claim is known to cover. */
interface Unclaimed {
  readonly block: bigint
  /** Bytes sealed up to its end. */
  readonly total: number
  readonly at: number
}

/** A claim that was seen. */
interface Published {
  readonly at: number
  readonly bytes: number
  /** Milliseconds from when it could have begun to when it was seen: since the claim before it, or since its last block. */
  readonly tookMs: number
  /** Age of its oldest block then. */
  readonly ageMs: number
}

/** How far publishing is behind sealing. */
export interface Lag {
  /** Bytes sealed since the last claimed block. */
  readonly bytes: number
  /** Age of the oldest block that is not claimed. */
  readonly ageMs: number
  /**
   * How long it takes to publish those bytes at the pace of the last claims, and no longer than the oldest has waited: batches
   * that wait to be full are no lag. Undefined before the first claim.
   */
  readonly ms: number | undefined
  /** Bytes a second that were claimed over the last ten minutes. */
  readonly bytesPerSecond: number
}

/** Milliseconds over which the pace of publishing is measured. */
const windowMs = 600_000
/** Claims are seen by looks at the L2, a second apart. */
const leastTookMs = 1_000
/** Unclaimed blocks that are remembered one by one; of more, every second one. */
const mostMarks = 8_192

/**
 * Bytes that were sealed and not claimed, and the pace at which claims come. Times are milliseconds of the blocks' time and
 * bytes those of sealed blocks, of which a layer carries somewhat less: only their ratio counts.
 */
export class DataLag {
  private unclaimed: Unclaimed[] = []
  private published: Published[] = []
  private total = 0
  private claimedTotal = 0
  private claimedAt = 0
  /** Since when claims are followed. */
  private since: number | undefined

  sealed(block: bigint, bytes: number, at: number): void {
    this.since ??= at
    this.total += bytes
    this.unclaimed.push({ block, total: this.total, at })
    // The oldest stays, and so does the newest.
    if (this.unclaimed.length > mostMarks)
      this.unclaimed = this.unclaimed.filter((_, i) => i === 0 || i % 2 === 0 || i === mostMarks)
  }

  /** Blocks up to `block` are claimed, which was seen at `at`. Claims that were removed since do not count again. */
  claimed(block: bigint, at: number): void {
    this.since ??= at
    const last = this.unclaimed.findLast((each) => each.block <= block)
    if (last === undefined) return
    const bytes = last.total - this.claimedTotal
    const tookMs = Math.max(leastTookMs, at - Math.max(last.at, this.claimedAt))
    const ageMs = at - (this.unclaimed[0] as Unclaimed).at
    this.claimedTotal = last.total
    this.claimedAt = at
    this.unclaimed = this.unclaimed.filter((each) => each.block > block)
    this.published = [...this.published.filter((each) => at - each.at < windowMs), { at, bytes, tookMs, ageMs }]
  }

  at(now: number): Lag {
    const [oldest] = this.unclaimed
    const bytes = this.total - this.claimedTotal
    const ageMs = oldest === undefined ? 0 : Math.max(0, now - oldest.at)
    const pace = this.paceAt(ageMs)
    const ms = pace === undefined ? undefined : Math.min(ageMs, bytes / pace)
    const recent = this.published.filter(({ at }) => now - at < windowMs)
    const spanMs = Math.max(leastTookMs, Math.min(windowMs, now - (this.since ?? now)))
    return { bytes, ageMs, ms, bytesPerSecond: (recent.reduce((all, each) => all + each.bytes, 0) / spanMs) * 1_000 }
  }
  /**
   * Bytes a millisecond while there was something to publish. A block that waits for longer than others did is not waiting for
   * its batch to be full: that time brought nothing.
   */
  private paceAt(ageMs: number): number | undefined {
    if (this.published.length === 0) return undefined
    const sum = (of: 'bytes' | 'tookMs') => this.published.reduce((all, each) => all + each[of], 0)
    const usualMs = Math.max(...this.published.map((each) => each.ageMs))
    return sum('bytes') / (sum('tookMs') + Math.max(0, ageMs - usualMs))
  }
}
