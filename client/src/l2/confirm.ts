import type { Hash, TransactionReceipt } from 'viem'
import { waitForTransactionReceipt } from 'viem/actions'
import { ClientError } from '../faults.ts'
import type { L2Client } from './client.ts'
import { noAnswer } from './failures.ts'

export interface ConfirmParameters {
  /** Transaction, as the action that sent it gave it. */
  readonly hash: Hash
  /** Blocks on top, the including one counted; 1 when left out. */
  readonly confirmations?: number
  /** Milliseconds to wait at most; three minutes when left out. */
  readonly timeoutMs?: number
}

export type ConfirmReturnType = TransactionReceipt

/**
 * Waits until a transaction is included and has done what it was to do.
 * @throws {ClientError} `TRANSACTION_REVERTED` when it was included and failed, because the state changed after it was sent;
 * `L2_UNAVAILABLE` when it was not seen in time.
 */
export async function confirm(client: L2Client, parameters: ConfirmParameters): Promise<ConfirmReturnType> {
  const { hash, confirmations = 1, timeoutMs = 180_000 } = parameters
  const receipt = await waitForTransactionReceipt(client, { hash, confirmations, timeout: timeoutMs }).catch(
    (error) => {
      throw noAnswer(error)
    },
  )
  if (receipt.status !== 'success')
    throw new ClientError({ code: 'TRANSACTION_REVERTED', hash, gasUsed: receipt.gasUsed })
  return receipt
}
