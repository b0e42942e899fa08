import type { Clock } from '@parley/runtime'
import { keccak256 } from 'viem'
import type { Fees, Head } from './chain.ts'
import type { Payload, SendRequest } from './payload.ts'
import type { Attempt } from './sent.ts'
import type { SentStore } from './sent-store.ts'
import type { Tracked } from './tracked.ts'

/** Signs a payload's transactions, and keeps nothing. */
export interface Attempts<C, F extends Fees> {
  sign(content: C, nonce: number, fees: F, signal: AbortSignal): Promise<Attempt<F>>
  /** Signs what does nothing but use up `nonce`. */
  signCancel(nonce: number, fees: F, signal: AbortSignal): Promise<Attempt<F>>
  /** The same, of the payload's own type. */
  signEmpty(nonce: number, fees: F, signal: AbortSignal): Promise<Attempt<F>>
}

/** Stores an attempt before it is sent: whichever gets in, a restart must know it. */
export async function storeAttempt<C, F extends Fees, R extends SendRequest>(
  store: SentStore<C, F, R>,
  one: Tracked<C, F>,
  attempt: Attempt<F>,
  head: Head,
): Promise<void> {
  const sent = { ...one.sent, attempts: [...one.sent.attempts, attempt] }
  await store.update(sent)
  one.sent = sent
  one.offeredAt = head.number
  one.broadcastAt = Number.NEGATIVE_INFINITY
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
    async signEmpty(nonce, fees, signal) {
      if (payload.abandoning === undefined) throw new TypeError('this payload is never given up')
      return attempt(await payload.abandoning.signEmpty(nonce, fees, signal), fees, true)
    },
    signCancel: async (nonce, fees, signal) => attempt(await payload.signNothing(nonce, fees, signal), fees, true),
  }
}
