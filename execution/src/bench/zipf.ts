/** Draws ranks 0 to `count` - 1, rank r with a probability in proportion to 1 / (r + 1)^exponent. */
export class ZipfSampler {
  /** Probability of a rank up to and including this one. */
  private readonly cumulative: Float64Array

  constructor(count: number, exponent: number) {
    this.cumulative = new Float64Array(count)
    let sum = 0
    for (let rank = 0; rank < count; rank += 1) {
      sum += (rank + 1) ** -exponent
      this.cumulative[rank] = sum
    }
    for (let rank = 0; rank < count; rank += 1) this.cumulative[rank] = (this.cumulative[rank] as number) / sum
  }

  /** @param unit - Uniform, 0 to below 1. */
  rank(unit: number): number {
    let low = 0
    let high = this.cumulative.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.cumulative[middle] as number) > unit) high = middle
      else low = middle + 1
    }
    return low
  }
}
