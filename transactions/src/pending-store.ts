import type { AbstractLevel } from 'abstract-level'
import type { Address } from 'viem'
import type { TransactionChain } from './chain.ts'
import { decodePending, encodePending, type PendingTransaction } from './pending.ts'

/** A key-value store of texts; `classic-level` in production, `memory-level` in tests. */
export type TextStore = AbstractLevel<string | Buffer | Uint8Array, string, string>

/** The transactions of one account on one chain that may be on their way. */
export interface PendingStore {
  /** In order of nonces. @throws {TransactionError} `RECORD_INVALID`. */
  load(): Promise<PendingTransaction[]>
  /** Resolves once the record would survive a crash. */
  put(pending: PendingTransaction): Promise<void>
  delete(nonce: number): Promise<void>
}

/**
 * Opens the transactions of one account on one chain. The genesis tells chains with the same id apart: what was meant for a
 * development chain that was reset must not be sent to the one that came after it.
 */
export function createPendingStore(
  store: TextStore,
  { chainId, genesis }: Pick<TransactionChain, 'chainId' | 'genesis'>,
  address: Address,
): PendingStore {
  const prefix = `transaction:${chainId}:${genesis.toLowerCase()}:${address.toLowerCase()}:`
  const keyOf = (nonce: number): string => `${prefix}${String(nonce).padStart(16, '0')}`
  // Stores that write to disk know `sync`; the type that all stores share does not.
  const durably = { sync: true } as object
  return {
    async load() {
      const found: PendingTransaction[] = []
      for await (const [key, text] of store.iterator({ gte: prefix, lt: `${prefix}~` }))
        found.push(decodePending(key, text))
      return found
    },
    put: (pending) => store.put(keyOf(pending.nonce), encodePending(pending), durably),
    delete: (nonce) => store.del(keyOf(nonce), durably),
  }
}
