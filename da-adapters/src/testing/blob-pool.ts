import type { PooledTransaction } from './pooled-transaction.ts'

/** Blob transactions of one account that geth's pool holds (blobpool.go, maxTxsPerAccount). */
const placesPerAccount = 16

/** Hundredths by which a replacement offers more (PriceBump of blobpool and legacypool). */
export const blobPriceBump = 100n
const plainPriceBump = 10n

/** What a pool has of one account. */
export interface AccountPool {
  /** Transactions that the chain has of the account. */
  readonly mined: number
  /** By nonce; what was mined is left out. */
  readonly pooled: ReadonlyMap<number, PooledTransaction>
}

/**
 * What geth refuses of a signed transaction, in its words: the rules of `txpool.ValidateTransactionWithState`, of
 * `blobpool.validateTx` and of the pools' reservations, as of commit 02b73d4ea7. Gapped ones are refused, as of accounts with
 * fewer than nine transactions.
 * @param bump - Hundredths by which a replacement with blobs must offer more.
 * @returns undefined when the pool takes it.
 */
export function refusalOf(
  one: PooledTransaction,
  { mined, pooled }: AccountPool,
  bump = blobPriceBump,
): string | undefined {
  if (one.nonce < mined) return `nonce too low: next nonce ${mined}, tx nonce ${one.nonce}`
  const isReserved = [...pooled.values()].some(({ carriesBlobs }) => carriesBlobs !== one.carriesBlobs)
  const first = mined + (isReserved ? 0 : pooled.size)
  // The pool of plain transactions queues them.
  if (one.carriesBlobs && one.nonce > first) return `nonce too high: tx nonce ${one.nonce}, gapped nonce ${first}`
  if (isReserved) return 'address already reserved'
  const last = pooled.get(one.nonce)
  if (last === undefined)
    return one.carriesBlobs && pooled.size >= placesPerAccount
      ? `account limit exceeded: pooled ${pooled.size} txs`
      : undefined
  if (last.hash === one.hash) return 'already known'
  return replacementRefusal(last, one, one.carriesBlobs ? bump : plainPriceBump)
}

function replacementRefusal(last: PooledTransaction, next: PooledTransaction, bump: bigint): string | undefined {
  const fields = [
    ['gas fee cap', 'maxFeePerGas'],
    ['gas tip cap', 'maxPriorityFeePerGas'],
    ['blob gas fee cap', 'maxFeePerBlobGas'],
  ] as const
  for (const [name, field] of fields)
    if (next[field] < (last[field] * (100n + bump)) / 100n)
      return `replacement transaction underpriced: new tx ${name} ${next[field]} < ${last[field]} queued + ${bump}% replacement penalty`
  return undefined
}
