import type { Spread } from '@parley/execution/bench'

/** How often bare verification was measured, as its spread: on one core, and with one worker a core. */
export interface MeasuredLimit {
  readonly cores: number
  readonly oneCore: Spread
  readonly allCores: Spread
}

/** Largest to smallest measurement of one limit in a run beyond which the machine had something else to do, too. */
export const steadyWithin = 1.25

/**
 * Why a run claims nothing of what it held against its limit; undefined when the limit held still. Whatever kept the
 * limit from its cores did so to what was measured beside it, at other moments and by another share.
 */
export function doubtOf({ cores, oneCore, allCores }: MeasuredLimit): string | undefined {
  if (cores > 1 && allCores.median < oneCore.median)
    return `bare verification was slower on ${cores} cores (${allCores.median} a second) than on one (${oneCore.median})`
  const what = [
    ['one core', oneCore],
    ['all cores', allCores],
  ] as const
  const wavered = what.find(([, { min, max }]) => !(max <= steadyWithin * min))
  if (wavered === undefined) return undefined
  const [where, { min, max }] = wavered
  return `bare verification on ${where} wavered between ${min} and ${max} a second, by more than ${steadyWithin} times`
}

/** Of several spreads of one thing: its smallest and largest measurement, and the middle of the medians. */
export function joinedSpread(spreads: readonly Spread[], median: (values: readonly number[]) => number): Spread {
  return {
    min: Math.min(...spreads.map(({ min }) => min)),
    median: median(spreads.map((each) => each.median)),
    max: Math.max(...spreads.map(({ max }) => max)),
  }
}
