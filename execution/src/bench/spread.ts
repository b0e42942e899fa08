/** What several measurements of one thing came to. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** The middle value; of an even number of them the mean of the two in the middle. @throws {RangeError} for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const high = sorted[sorted.length >> 1]
  if (high === undefined) throw new RangeError('no values have no median')
  return sorted.length % 2 === 1 ? high : ((sorted[(sorted.length >> 1) - 1] as number) + high) / 2
}

/** @param digits - Decimals kept. @throws {RangeError} for no values. */
export function spreadOf(values: readonly number[], digits = 3): Spread {
  const rounded = (value: number): number => Number(value.toFixed(digits))
  return {
    min: rounded(Math.min(...values)),
    median: rounded(median(values)),
    max: rounded(Math.max(...values)),
  }
}
