/** The smallest power of two that is at least `n`; `n` is at least 1. */
export function powerOfTwoUp(n: number): number {
  return 2 ** Math.ceil(Math.log2(n))
}

/** The largest power of two that is at most `n`; `n` is at least 1. */
export function powerOfTwoDown(n: number): number {
  return 2 ** Math.floor(Math.log2(n))
}
