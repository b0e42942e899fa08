import type { Address, Hash, TransactionReceipt } from 'viem'
import type { Call } from './chain.ts'
import type { SendRequest } from './payload.ts'

export interface TransactionRequest extends SendRequest {
  readonly call: Call
  /** Estimated when left out; to be given for a call that would fail until an earlier one is included. */
  readonly gas?: bigint
}

/** A transaction that is stored: whatever happens to this process, it is sent. */
export interface BegunTransaction {
  /** Of the form that was offered first; a higher offer has another. */
  readonly hash: Hash
  /** @throws {TransactionError} `TRANSACTION_FAILED`, `NONCE_TAKEN`, `CHAIN_UNAVAILABLE` once the sender is closed. */
  wait(signal: AbortSignal): Promise<TransactionReceipt>
}

/** The only sender of one account. */
export interface TransactionSender {
  readonly address: Address
  /** Whether a transaction of this key is on its way. */
  isPending(key: string): boolean
  /**
   * Sends and waits for the receipt. A transaction that may have reached the L2 goes on after `signal` has aborted.
   * @throws {TransactionError} `TRANSACTION_REFUSED`, `TRANSACTION_FAILED`, `NONCE_TAKEN`, `FEES_TOO_HIGH`, `SENDER_FULL`,
   * `CHAIN_UNAVAILABLE` (nothing was sent; retry).
   */
  send(request: TransactionRequest, signal: AbortSignal): Promise<TransactionReceipt>
  /**
   * As `send`, in two: resolves once the transaction is stored and offered, to its first hash and the wait for the receipt.
   * @throws {TransactionError} as `send`, but for how it ends.
   */
  begin(request: TransactionRequest, signal: AbortSignal): Promise<BegunTransaction>
  /** Stops looking; what is on its way is taken up again by the next sender of the same store. */
  close(): Promise<void>
}
