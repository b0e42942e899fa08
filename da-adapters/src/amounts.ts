import type { DaAmount, DaEnding, DaQuote } from '@parley/protocol'

/** What is not paid for, or at no price that anybody tells. */
export const nothing: DaAmount = { token: 'none', amount: 0n }

/** It never was on its way, or its end cost nothing. */
export const ended: DaEnding = { overhead: nothing }

/** A quote that stands, of a layer that asks for nothing. */
export const freeQuote = (bytes: number): DaQuote => {
  return { cost: nothing, bytes, validForMs: Number.POSITIVE_INFINITY }
}

export const wei = (amount: bigint): DaAmount => ({ token: 'eth', amount })

export const utia = (amount: bigint): DaAmount => ({ token: 'tia', amount })
