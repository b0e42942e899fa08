import type { Clock } from '@parley/runtime'
import { keccak256 } from 'viem'
import type { Fees } from './chain.ts'
import type { Payload, SendRequest } from './payload.ts'
import type { Attempt } from './sent.ts'

/** Signs a payload's transactions, and keeps nothing. */
export interface Attempts<C, F extends Fees> {
  sign(content: C, nonce: number, fees: F, signal: AbortSignal): Promise<Attempt<F>>
  /** Signs what does nothing but use up `nonce`. */
  signCancel(nonce: number, fees: F, signal: AbortSignal): Promise<Attempt<F>>
}

export function createAttempts<C, F extends Fees, R extends SendRequest>(
  payload: Payload<C, F, R>,
  clock: Clock,
): Attempts<C, F> {
  const attempt = (raw: `0x${string}`, fees: F, cancels: boolean): Attempt<F> => ({
    ...fees,
    hash: keccak256(raw),
    raw,
    signedAt: clock.now(),
    cancels,
  })
  return {
    sign: async (content, nonce, fees, signal) =>
      attempt(await payload.sign(content, nonce, fees, signal), fees, false),
    signCancel: async (nonce, fees, signal) => attempt(await payload.signNothing(nonce, fees, signal), fees, true),
  }
}
