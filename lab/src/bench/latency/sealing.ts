/** What a histogram of the sequencer counted: blocks by the bound they were sealed within. */
export interface SealCounts {
  /** Upper bound in seconds to blocks within it, ascending; the last is infinite. */
  readonly buckets: readonly (readonly [bound: number, blocks: number])[]
  readonly seconds: number
}

/** Time from the decision to seal to the lanes' segments, under saturation. */
export interface Sealing {
  readonly blocks: number
  readonly meanMs: number
  /** Smallest bounds of the histogram that half of the blocks, and all of them, were sealed within; null beyond the last. */
  readonly medianAtMostMs: number | null
  readonly maxAtMostMs: number | null
}

const name = 'parley_sequencer_seal_seconds'

/** Reads the text form of Prometheus. */
export function readSealCounts(metrics: string): SealCounts {
  const line = (pattern: string): RegExp => new RegExp(`^${name}_${pattern}$`, 'gm')
  const buckets = [...metrics.matchAll(line('bucket\\{le="([^"]+)"\\} (\\d+)'))].map(
    ([, bound, count]) => [bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(count)] as const,
  )
  const [sum] = [...metrics.matchAll(line('sum ([-+.e\\d]+)'))]
  if (buckets.length === 0 || sum === undefined) throw new RangeError(`the metrics have no ${name}`)
  return { buckets, seconds: Number(sum[1]) }
}

/** What was sealed between two readings. */
export function sealingBetween(before: SealCounts, after: SealCounts): Sealing {
  const within = after.buckets.map(([bound, count], i) => [bound, count - (before.buckets[i]?.[1] ?? 0)] as const)
  const blocks = within.at(-1)?.[1] ?? 0
  const boundOf = (share: number): number | null => {
    const bound = within.find(([, count]) => count >= share * blocks)?.[0] ?? Number.POSITIVE_INFINITY
    return bound === Number.POSITIVE_INFINITY ? null : 1_000 * bound
  }
  const meanMs = blocks === 0 ? 0 : Math.round((100_000 * (after.seconds - before.seconds)) / blocks) / 100
  return { blocks, meanMs, medianAtMostMs: boundOf(0.5), maxAtMostMs: boundOf(1) }
}
