import { storeAttempt } from './attempts.ts'
import type { Broadcast, Fees, Head } from './chain.ts'
import type { SendRequest } from './payload.ts'
import type { SenderContext } from './sender-context.ts'
import { type Attempt, lastAttempt } from './sent.ts'
import type { Tracked } from './tracked.ts'

/** Why a node took none. */
export interface Rejected {
  readonly kind: Exclude<Broadcast['kind'], 'accepted'>
  /** In the node's words, where it used any. */
  readonly reason: string
}

/**
 * `waits`: the node has a transaction of ours, or takes none now. `sent`: it took ours now. `taken`: it has another
 * transaction of this nonce. Else why it took none, or why no block will.
 */
export type OfferOutcome = 'waits' | 'sent' | 'taken' | Rejected | Capped

/** No block takes it, and a limit forbids a higher offer. */
interface Capped {
  readonly kind: 'capped'
  readonly fault: Error
}

/** What the node counts of the account's transactions. */
export interface Counted {
  readonly mined: number
  /** With those in its pool. */
  readonly known: number
}

/** Brings signed transactions to the node's pool, and higher offers when they wait there. */
export interface Offering<C, F extends Fees> {
  /**
   * Sees to it that the pool has the transaction. The next one to be mined is raised when it has waited too long: whatever
   * holds it up holds up all others, which are offered at their first price until it is their turn.
   */
  offer(one: Tracked<C, F>, head: Head, counted: Counted, signal: AbortSignal): Promise<OfferOutcome>
  /** Signs what uses the nonce up instead, stores it and sends it. */
  cancel(one: Tracked<C, F>, head: Head, counted: Counted, signal: AbortSignal): Promise<void>
}

/** A node of a pool that does not know a transaction yet is no sign of another sender; this often in a row is. */
const looksBeforeDisplacing = 3

export function createOffering<C, F extends Fees, R extends SendRequest>(
  context: SenderContext<C, F, R>,
): Offering<C, F> {
  const { chain, address, payload, store, clock, log, events, attempts } = context
  const { rules } = payload

  async function isKnown({ sent }: Tracked<C, F>, signal: AbortSignal): Promise<boolean> {
    for (const { hash } of sent.attempts.toReversed()) if (await chain.knows(hash, signal)) return true
    return false
  }

  async function send(one: Tracked<C, F>, { mined }: Counted, signal: AbortSignal): Promise<OfferOutcome> {
    const { key, nonce } = one.sent
    const attempt = lastAttempt(one.sent)
    const answer = await chain.broadcast(await payload.networkForm(one.sent, attempt), signal)
    one.broadcastAt = clock.elapsed()
    const about = { key, nonce, transaction: attempt.hash }
    if (answer.kind === 'accepted') {
      log.info({ ...about, fees: inGwei(attempt) }, 'transaction sent')
      events.count('sent')
      return 'sent'
    }
    // Nodes refuse in words of their own what they already have: what they have is asked for by hash.
    if (await isKnown(one, signal)) return 'waits'
    const known = await chain.transactionCount(address, 'pending', signal)
    if (known > nonce) return 'taken'
    if (known - mined >= rules.poolPlaces) return 'waits'
    const { kind, reason = kind } = answer
    log.warn({ ...about, kind, reason }, 'transaction refused by the node')
    events.count('rejected')
    return { kind, reason }
  }

  const add = (one: Tracked<C, F>, attempt: Attempt<F>, head: Head) => storeAttempt(store, one, attempt, head)

  /** A higher offer of the same kind as the last one. */
  async function raise(one: Tracked<C, F>, cancels: boolean, head: Head, signal: AbortSignal): Promise<boolean> {
    const { key, nonce, attempts: all } = one.sent
    const last = all.findLast((each) => each.cancels === cancels) ?? lastAttempt(one.sent)
    const fees = await payload.raise(last, head, signal)
    if (fees === undefined) {
      if (!one.capReported) log.warn({ key, nonce }, 'transaction waits at the highest fees allowed')
      one.capReported = true
      return false
    }
    await add(one, await sign(one, cancels, fees, signal), head)
    events.count('replaced')
    log.info({ key, nonce, fees: inGwei(fees) }, 'transaction replaced')
    return true
  }

  function sign({ sent }: Tracked<C, F>, cancels: boolean, fees: F, signal: AbortSignal): Promise<Attempt<F>> {
    return cancels ? attempts.signCancel(sent.nonce, fees, signal) : attempts.sign(sent, sent.nonce, fees, signal)
  }

  const isOverdue = (one: Tracked<C, F>, head: Head): boolean =>
    payload.isOverdue({ signedAt: lastAttempt(one.sent).signedAt, offeredAt: one.offeredAt ?? head.number }, head)

  /** Whether only a higher offer helps. A refused one that the market would take was refused for another reason. */
  async function isTooLow(
    one: Tracked<C, F>,
    outcome: OfferOutcome,
    head: Head,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (typeof outcome !== 'string') return payload.isOutbid(lastAttempt(one.sent), head, signal)
    one.offeredAt ??= head.number
    return isOverdue(one, head)
  }

  /** Sends a transaction that does nothing, of the type that another's in the pool may be of. */
  async function block(one: Tracked<C, F>, head: Head, signal: AbortSignal): Promise<boolean> {
    const last = one.sent.attempts.findLast((each) => each.cancels)
    const fees = last === undefined ? await payload.offer(head, signal) : await payload.raise(last, head, signal)
    if (fees === undefined) return false
    const attempt = await attempts.signCancel(one.sent.nonce, fees, signal)
    await add(one, attempt, head)
    const { kind } = await chain.broadcast(attempt.raw, signal)
    if (kind !== 'accepted') return false
    events.count('cancelled')
    return true
  }

  /**
   * Another transaction has the nonce in the pool. It is displaced by a higher offer of ours; one that may lie in another
   * pool, where it keeps ours out of its own, first by one of that pool's type.
   */
  async function displace(
    one: Tracked<C, F>,
    head: Head,
    counted: Counted,
    signal: AbortSignal,
  ): Promise<OfferOutcome> {
    const { looks, displacing } = one.foreign ?? { looks: 0, displacing: false }
    one.foreign = { looks: looks + 1, displacing }
    if (looks + 1 < looksBeforeDisplacing || (displacing && !isOverdue(one, head))) return 'waits'
    if (rules.displacedBy === 'raise') {
      // Some nodes count what they do not tell of by hash: the same bytes again are refused only when another is there.
      const again = await send(one, counted, signal)
      if (again !== 'taken') {
        one.foreign = undefined
        return again
      }
    }
    const { key, nonce } = one.sent
    log.error({ key, nonce }, 'another sender’s transaction has the nonce of one of ours')
    one.foreign = { looks: looks + 1, displacing: true }
    if (rules.displacedBy === 'blockingType' && (await block(one, head, signal))) return 'waits'
    const cancels = rules.displacedBy === 'raise' && lastAttempt(one.sent).cancels
    if (await raise(one, cancels, head, signal)) return send(one, counted, signal)
    return { kind: 'underpriced', reason: `another transaction of the account has nonce ${nonce} and stays` }
  }

  return {
    async offer(one, head, counted, signal) {
      const { nonce } = one.sent
      const isNext = nonce === counted.mined
      const inPool = counted.known > nonce
      if (isNext && inPool && !(await isKnown(one, signal))) return displace(one, head, counted, signal)
      const { resent } = rules
      const isDue = resent === 'lost' ? !inPool : clock.elapsed() - one.broadcastAt >= resent.everyMs
      const outcome = isDue ? await send(one, counted, signal) : 'waits'
      if (outcome === 'taken') return isNext ? displace(one, head, counted, signal) : 'waits'
      one.foreign = undefined
      if (!isNext || !(await isTooLow(one, outcome, head, signal))) return outcome
      if (await raise(one, lastAttempt(one.sent).cancels, head, signal)) return send(one, counted, signal)
      const fault = await payload.capped?.(lastAttempt(one.sent), head, signal)
      return fault === undefined ? outcome : { kind: 'capped', fault }
    },
    async cancel(one, head, counted, signal) {
      await add(one, await attempts.signCancel(one.sent.nonce, await payload.offer(head, signal), signal), head)
      await send(one, counted, signal)
    },
  }
}

function inGwei(fees: Fees): Record<string, number> {
  const amounts = Object.entries(fees).filter((entry): entry is [string, bigint] => typeof entry[1] === 'bigint')
  return Object.fromEntries(amounts.map(([name, wei]) => [name, Number(wei) / 1e9]))
}
