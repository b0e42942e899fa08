import { signCancel } from './blob-transaction.ts'
import type { DriverContext, Pending } from './driver-context.ts'
import { offer, replacementOffer } from './fees.ts'
import type { L1Block } from './l1.ts'
import { feeMarket } from './l1-view.ts'

/** `waits`: nothing to do now. `sent`: a transaction that does nothing is in the pool. `refused`: the pool takes none. */
type Displaced = 'waits' | 'sent' | 'refused'

/** Gets another sender's transaction out of the way that has the nonce of a publication in the pool. */
export interface Displacing {
  displace(pending: Pending, head: L1Block, signal: AbortSignal): Promise<Displaced>
}

/** A node of a pool that does not know a transaction yet is no sign of another sender; this often in a row is. */
const looksBeforeActing = 3

export function createDisplacing({ nonces, l1, tips, account, log, counters, options }: DriverContext): Displacing {
  return {
    async displace(pending, head, signal) {
      const { key, nonce } = pending.publication
      pending.taken ??= { looks: 0, cancel: undefined }
      const { taken } = pending
      if (taken.cancel !== undefined && (await l1.knows(taken.cancel.hash, signal))) {
        if (head.number - taken.cancel.offeredAt < options.bumpAfterBlocks) return 'waits'
      } else if (++taken.looks < looksBeforeActing) {
        return 'waits'
      }
      const market = await feeMarket(l1, tips, head, signal)
      const last = taken.cancel?.fees
      const fees = last === undefined ? offer(market, options.fees) : replacementOffer(last, market, options.fees)
      if (fees === undefined) return 'refused'
      const { signed, hash } = await signCancel(account, await nonces.bind(signal), nonce, fees)
      taken.cancel = { hash, fees, offeredAt: head.number }
      // Not stored: should it be mined, the nonce is taken, and the publication gets the next one.
      const refusal = await l1.send(signed, signal)
      log.error({ key, nonce: `${nonce}`, refusal }, 'another sender’s transaction has the nonce of a publication')
      if (refusal !== undefined) return 'refused'
      counters.count('cancelled')
      return 'sent'
    },
  }
}
