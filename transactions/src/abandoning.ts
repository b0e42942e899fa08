import { storeAttempt } from './attempts.ts'
import type { Fees, Head } from './chain.ts'
import type { Counted, OfferOutcome } from './offering.ts'
import type { Abandoning, SendRequest } from './payload.ts'
import type { SenderContext } from './sender-context.ts'
import type { Attempt } from './sent.ts'
import type { Tracked } from './tracked.ts'

/** Brings what uses up the nonce of a transaction that is given up to the node's pool, and higher offers when that waits. */
export type Abandon<C, F extends Fees> = (
  one: Tracked<C, F>,
  head: Head,
  counted: Counted,
  signal: AbortSignal,
) => Promise<OfferOutcome>

/**
 * A pool that has transactions of an account keeps those of another type out, so what uses the nonce up is of the type that is
 * there: the payload's own, as long as the account has any in a pool, else a plain transfer. Which of two pools has them no node
 * says: when one type is refused the other is tried.
 */
export function createAbandon<C, F extends Fees, R extends SendRequest>(
  context: SenderContext<C, F, R>,
  abandoning: Abandoning<C, F>,
): Abandon<C, F> {
  const { chain, payload, store, log, events, attempts } = context

  async function sign(one: Tracked<C, F>, own: boolean, head: Head, signal: AbortSignal): Promise<Attempt<F> | Error> {
    const { nonce, attempts: all } = one.sent
    const rival = all.findLast(({ raw }) => abandoning.isOwn(raw) === own)
    const fees = await abandoning.raise(rival, head, signal)
    if (fees instanceof Error) return fees
    const attempt = await (own ? attempts.signEmpty(nonce, fees, signal) : attempts.signCancel(nonce, fees, signal))
    await storeAttempt(store, one, attempt, head)
    return attempt
  }

  const isOverdue = (one: Tracked<C, F>, { signedAt }: Attempt<F>, head: Head): boolean =>
    payload.isOverdue({ signedAt, offeredAt: one.offeredAt ?? head.number }, head)

  async function isTooLow(one: Tracked<C, F>, cancel: Attempt<F>, head: Head, signal: AbortSignal): Promise<boolean> {
    one.offeredAt ??= head.number
    if (isOverdue(one, cancel, head)) return true
    return abandoning.isOwn(cancel.raw)
      ? payload.isOutbid(cancel, head, signal)
      : head.baseFeePerGas > cancel.maxFeePerGas
  }

  return async (one, head, counted, signal) => {
    const { key, nonce } = one.sent
    let cancel: Attempt<F> | Error | undefined = one.sent.attempts.findLast(({ cancels }) => cancels)
    if (cancel === undefined) cancel = await sign(one, counted.known > counted.mined, head, signal)
    // What the node counts no more is sent again, as after a reorg.
    else if (counted.known > nonce && (await chain.knows(cancel.hash, signal))) {
      if (nonce !== counted.mined || !(await isTooLow(one, cancel, head, signal))) return 'waits'
      cancel = await sign(one, abandoning.isOwn(cancel.raw), head, signal)
    }
    if (cancel instanceof Error) return { kind: 'capped', fault: cancel }
    const answer = await chain.broadcast(await payload.networkForm(one.sent, cancel), signal)
    const own = abandoning.isOwn(cancel.raw)
    if (answer.kind === 'accepted') {
      log.info({ key, nonce, transaction: cancel.hash, own }, 'transaction that uses up a nonce sent')
      events.count('cancelled')
      return 'sent'
    }
    if (await chain.knows(cancel.hash, signal)) return 'waits'
    const { kind, reason = kind } = answer
    log.warn({ key, nonce, own, kind, reason }, 'transaction that uses up a nonce refused by the node')
    events.count('rejected')
    const triedOther = one.sent.attempts.some(({ cancels, raw }) => cancels && abandoning.isOwn(raw) !== own)
    if (triedOther && !isOverdue(one, cancel, head)) return { kind, reason }
    const next = await sign(one, kind === 'underpriced' ? own : !own, head, signal)
    // The next look sends it, at once.
    return next instanceof Error ? { kind: 'capped', fault: next } : 'sent'
  }
}
