import type { Fees } from './chain.ts'
import { TransactionError } from './faults.ts'
import type { SendRequest } from './payload.ts'
import type { SenderContext } from './sender-context.ts'
import { isTakenBack } from './taken-back.ts'
import type { UnderWay } from './under-way.ts'

/**
 * The nonce for a new transaction; used up only when the caller stores it. The store may remember more than the chain counts,
 * and the chain may know of more, sent by others.
 * @throws {TransactionError} `CHAIN_BEHIND` when nothing under way explains why the chain counts fewer than were sent.
 */
export async function nextNonce<C, F extends Fees, R extends SendRequest>(
  context: SenderContext<C, F, R>,
  { pending, watched }: UnderWay<C, F>,
  signal: AbortSignal,
): Promise<number> {
  const { chain, address, payload, store, log } = context
  const counted = await chain.transactionCount(address, payload.rules.nonces, signal)
  const remembered = (await store.nextNonce?.()) ?? 0
  // A nonce above the chain's count would wait for ever behind a gap.
  if (counted < remembered && pending.size + watched.size === 0) {
    const last = await store.lastSettled?.()
    if (last === undefined || !(await isTakenBack(context, last, signal)))
      throw new TransactionError({ code: 'CHAIN_BEHIND', counted, sent: remembered })
    log.error({ counted, sent: remembered }, 'settled transactions were taken back: their nonces are used again')
    await store.rewind?.(counted)
    return counted
  }
  return Math.max(counted, remembered, ...[...pending].map(({ sent }) => sent.nonce + 1))
}
