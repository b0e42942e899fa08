import type { Windows } from '@parley/protocol'

/** The list, first pages, other pages. */
export const roundsOfAsking = 3

/** Seconds after a claim at which its data is asked for: early enough for all rounds. */
export function askedAfter({ data, answer }: Windows, challengeAfterMs: number): number {
  return Math.min(challengeAfterMs / 1_000, Math.max(0, data - roundsOfAsking * answer))
}

/**
 * Rounds of asking that still fit, each asked as late as the L2 may delay a transaction and answered at the last second. The
 * windows say how long that is: `data` holds three rounds after the time of patience, which a deployment is checked for.
 * @param age - Seconds since the claim.
 * @see docs/security.md#how-long-things-take-at-worst
 */
export function roundsLeft(windows: Windows, challengeAfterMs: number, age: number): number {
  const { data, answer } = windows
  const inclusion = Math.max(0, (data - askedAfter(windows, challengeAfterMs)) / roundsOfAsking - answer)
  if (inclusion + answer === 0) return roundsOfAsking
  return Math.floor((data - age + answer) / (inclusion + answer))
}
