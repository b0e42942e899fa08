/** Durations in buckets that grow by 2 %: quantiles within 2 % of the truth, memory that never grows. */
export class Histogram {
  private readonly buckets = new Float64Array(1024)
  private total = 0

  /** @param ms - Milliseconds; below 0.01 counts as 0.01. */
  record(ms: number, times = 1): void {
    const bucket = Math.round(Math.log(Math.max(ms, lowestMs) / lowestMs) / logGrowth)
    const place = Math.min(this.buckets.length - 1, bucket)
    this.buckets[place] = (this.buckets[place] as number) + times
    this.total += times
  }

  get count(): number {
    return this.total
  }

  /** Duration that the share `quantile` of all stay within; undefined before the first. */
  quantile(quantile: number): number | undefined {
    if (this.total === 0) return undefined
    const rank = Math.max(1, Math.ceil(quantile * this.total))
    let seen = 0
    const bucket = this.buckets.findIndex((count) => {
      seen += count
      return seen >= rank
    })
    return lowestMs * Math.exp(bucket * logGrowth)
  }
}

const lowestMs = 0.01
const logGrowth = Math.log(1.02)
