import type { SealingOptions } from '../options.ts'

/** What the rule looks at in the open block. Times in milliseconds of the clock. */
export interface OpenBlockLoad {
  readonly openedAt: number
  /** Accepted operations and messages. */
  readonly operations: number
  /** Inbox items it consumes. */
  readonly items: number
  /** When the first of its entries was accepted. */
  readonly waitingSince: number | undefined
  /** A lane has no room left. */
  readonly full: boolean
}

export type SealReason = 'full' | 'age' | 'wait' | 'stale'

/** Seal now and why, or look again at a time; undefined: when something comes. */
export type SealDecision =
  | { readonly seal: SealReason }
  | { readonly seal: undefined; readonly againAt: number | undefined }

/**
 * Decides whether the open block is sealed: when it is full, when it is old enough and enough waits, or when anything
 * has waited long. One that stayed empty is `stale`: it is dropped, so that the next one gets a fresh timestamp.
 */
export function decideSeal(rule: SealingOptions, block: OpenBlockLoad, now: number): SealDecision {
  if (block.full) return { seal: 'full' }
  const since = block.items > 0 ? block.openedAt : block.waitingSince
  if (since === undefined) {
    const staleAt = block.openedAt + rule.maxWaitMs
    return now >= staleAt ? { seal: 'stale' } : { seal: undefined, againAt: staleAt }
  }
  const waitedAt = since + rule.maxWaitMs
  if (now >= waitedAt) return { seal: 'wait' }
  const agedAt = block.openedAt + rule.minAgeMs
  const enough = block.operations + block.items >= rule.minOperations
  if (enough && now >= agedAt) return { seal: 'age' }
  // Also while too little waits: more may come before that time and nothing after it that would tell.
  return { seal: undefined, againAt: now < agedAt ? Math.min(agedAt, waitedAt) : waitedAt }
}
