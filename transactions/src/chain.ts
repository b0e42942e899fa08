import type { Address, Hash, Hex, TransactionReceipt } from 'viem'

/** What a transaction does, without nonce and fees. */
export interface Call {
  /** The contract called; undefined to create one. */
  readonly to: Address | undefined
  readonly data: Hex
  /** Wei sent along. */
  readonly value: bigint
}

/** Fee fields that every transaction has, wei a gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/**
 * What a node answered to a signed transaction; `reason` is in its words. `accepted`, `nonceUsed`, `underpriced` and `refused`
 * are certain. `unclear` is a refusal in words that nobody knows, so that the transaction may be on its way or not.
 */
export type Broadcast =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'nonceUsed' | 'underpriced'; readonly reason?: string }
  | { readonly kind: 'refused' | 'unclear'; readonly reason: string }

export interface Head {
  readonly number: bigint
  readonly hash: Hash
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly baseFeePerGas: bigint
}

/** The little that sending asks of any chain. Every call throws when the node gives no answer. */
export interface SendingChain {
  /** Transactions of `address` as of a block, or with those waiting in the node's pool. */
  transactionCount(address: Address, at: 'latest' | 'pending' | bigint, signal: AbortSignal): Promise<number>
  head(signal: AbortSignal): Promise<Head>
  /** Undefined when the node has no such block. */
  block(number: bigint, signal: AbortSignal): Promise<Head | undefined>
  /** Whether the node has the transaction, in its pool or in a block. */
  knows(hash: Hash, signal: AbortSignal): Promise<boolean>
  broadcast(raw: Hex, signal: AbortSignal): Promise<Broadcast>
  /** Undefined while the transaction is not in the canonical chain. */
  receipt(hash: Hash, signal: AbortSignal): Promise<TransactionReceipt | undefined>
  /**
   * Number of the last block that the chain calls final; undefined when the node tells none. Where it is left out depth alone
   * settles.
   */
  finalized?(signal: AbortSignal): Promise<bigint | undefined>
}

/** What calls ask beyond that. Every call throws `CHAIN_UNAVAILABLE` when the node does not answer. */
export interface TransactionChain extends SendingChain {
  readonly chainId: number
  /** Hash of the first block, which tells chains with the same id apart. */
  readonly genesis: Hash
  /** The tip that the node suggests; 0 when it suggests none. */
  tip(signal: AbortSignal): Promise<bigint>
  /** Base fee of the latest block and the tip the node suggests. */
  fees(signal: AbortSignal): Promise<{ readonly baseFee: bigint; readonly tip: bigint }>
  /** @throws {TransactionError} `TRANSACTION_REFUSED` with the contract's error when the call would fail; `FUNDS_MISSING`. */
  estimateGas(from: Address, call: Call, signal: AbortSignal): Promise<bigint>
  /** Why a transaction of block `blockNumber` failed, as far as a second run tells. */
  failure(from: Address, call: Call, blockNumber: bigint, signal: AbortSignal): Promise<string>
}
