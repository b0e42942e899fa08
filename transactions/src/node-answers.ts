import {
  type Address,
  BaseError,
  type Hash,
  type PublicClient,
  RpcRequestError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'

/** The node's words when it answered with an error; undefined when it gave no answer. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined
  const answer = error.walk((inner) => inner instanceof RpcRequestError)
  return answer instanceof RpcRequestError ? answer.details : undefined
}

/** Undefined when the node says that there is none. */
export async function orNone<T>(
  request: () => Promise<T>,
  none: new (...args: never[]) => Error,
): Promise<T | undefined> {
  try {
    return await request()
  } catch (error) {
    if (error instanceof none) return undefined
    throw error
  }
}

/**
 * Transactions of an account as of a block, or with those waiting in the node's pool. Nodes without a view into a pool know
 * no `pending`: what this process sent itself it counts on its own.
 */
export async function transactionCount(
  client: PublicClient,
  address: Address,
  at: 'latest' | 'pending' | bigint,
): Promise<number> {
  if (typeof at === 'bigint') return client.getTransactionCount({ address, blockNumber: at })
  try {
    return await client.getTransactionCount({ address, blockTag: at })
  } catch (error) {
    if (at === 'latest' || refusalOf(error) === undefined) throw error
    return client.getTransactionCount({ address, blockTag: 'latest' })
  }
}

/** Undefined while the transaction is not in the canonical chain. */
export function transactionReceipt(client: PublicClient, hash: Hash): Promise<TransactionReceipt | undefined> {
  return orNone(() => client.getTransactionReceipt({ hash }), TransactionReceiptNotFoundError)
}
