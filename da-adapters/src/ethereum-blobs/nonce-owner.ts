import { unavailable } from '../fault.ts'
import type { BlobAccount } from './blob-transaction.ts'
import type { L1 } from './l1.ts'
import { blobsLayer } from './layer.ts'
import type { PublicationStore } from './publication-store.ts'

/**
 * Gives out the account's nonces. The store remembers the highest ever used; the chain may know of more, sent by others.
 */
export interface NonceOwner {
  /** Ties the store to this chain and account, once, and gives the chain's id. @throws {DaError} `DA_REFUSED`. */
  bind(signal: AbortSignal): Promise<bigint>
  /**
   * The nonce for a new transaction; used up only when the caller stores it.
   * @param unsettled - Whether transactions are under way that may explain why the chain counts fewer than were sent.
   */
  next(unsettled: boolean, signal: AbortSignal): Promise<bigint>
}

export function createNonceOwner(store: PublicationStore, l1: L1, account: BlobAccount): NonceOwner {
  let boundTo: bigint | undefined
  return {
    async bind(signal) {
      if (boundTo !== undefined) return boundTo
      const [chainId, genesis] = await Promise.all([l1.chainId(signal), l1.block(0n, signal)])
      if (genesis === undefined) throw unavailable(blobsLayer, 'the L1 node has no genesis block')
      await store.bind(`chain ${chainId} with genesis ${genesis.hash} and account ${account.address}`)
      boundTo = chainId
      return chainId
    },
    async next(unsettled, signal) {
      const counted = await l1.transactionCount(account.address, 'latest', signal)
      const remembered = await store.nextNonce()
      // A nonce above the chain's count would wait for ever behind a gap.
      if (!unsettled && counted < remembered)
        throw unavailable(blobsLayer, `the L1 node is behind: it counts ${counted} of ${remembered} transactions`)
      return counted > remembered ? counted : remembered
    },
  }
}
