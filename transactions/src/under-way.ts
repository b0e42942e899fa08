import type { Fees } from './chain.ts'
import type { Tracked } from './tracked.ts'

/** The transactions of an account that need care, as this process knows them. */
export interface UnderWay<C, F extends Fees> {
  /** Those that the chain does not have for good. */
  readonly pending: Set<Tracked<C, F>>
  /** Those that it has, not yet so deep that they are forgotten. */
  readonly watched: Set<Tracked<C, F>>
}

export function createUnderWay<C, F extends Fees>(): UnderWay<C, F> {
  return { pending: new Set(), watched: new Set() }
}

export function byKey<C, F extends Fees>(some: Iterable<Tracked<C, F>>, key: string): Tracked<C, F> | undefined {
  for (const one of some) if (one.sent.key === key) return one
  return undefined
}

export function inOrder<C, F extends Fees>(some: Iterable<Tracked<C, F>>): Tracked<C, F>[] {
  return [...some].sort((a, b) => a.sent.nonce - b.sent.nonce)
}
