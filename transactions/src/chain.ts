import type { Address, Hash, Hex, TransactionReceipt } from 'viem'

/** What a transaction does, without nonce and fees. */
export interface Call {
  /** The contract called; undefined to create one. */
  readonly to: Address | undefined
  readonly data: Hex
  /** Wei sent along. */
  readonly value: bigint
}

/** Fee fields of a type-2 transaction, wei a gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/**
 * What a node answered to a signed transaction. Only these say something certain; anything else, such as no answer, means
 * that the transaction may or may not be on its way.
 */
export type Broadcast =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'nonceUsed' }
  | { readonly kind: 'underpriced' }
  | { readonly kind: 'refused'; readonly reason: string }

/** The little that sending asks of a chain. Every call throws `SETTLEMENT_UNAVAILABLE` when the node does not answer. */
export interface TransactionChain {
  readonly chainId: number
  /** Hash of the first block, which tells chains with the same id apart. */
  readonly genesis: Hash
  /** Transactions of `address` in the latest block's state, or with those waiting in the node's pool. */
  transactionCount(address: Address, state: 'latest' | 'pending', signal: AbortSignal): Promise<number>
  headNumber(signal: AbortSignal): Promise<bigint>
  /** Base fee of the latest block and the tip the node suggests. */
  fees(signal: AbortSignal): Promise<{ readonly baseFee: bigint; readonly tip: bigint }>
  /** @throws {SettlementError} `TRANSACTION_REFUSED` with the contract's error when the call would fail. */
  estimateGas(from: Address, call: Call, signal: AbortSignal): Promise<bigint>
  broadcast(raw: Hex, signal: AbortSignal): Promise<Broadcast>
  receipt(hash: Hash, signal: AbortSignal): Promise<TransactionReceipt | undefined>
  /** Why a transaction of block `blockNumber` failed, as far as a second run tells. */
  failure(from: Address, call: Call, blockNumber: bigint, signal: AbortSignal): Promise<string>
}
