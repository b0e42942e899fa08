import type { Bytes32 } from '@parley/protocol'
import { type Call, TransactionError, type TransactionSender } from '@parley/transactions'
import { type Hex, hexToBytes, keccak256, type PublicClient } from 'viem'
import { describeRevert } from '../reverts.ts'
import { type RollupError, refusalOf } from './refusal.ts'

/**
 * What became of it. `already`: it needed no doing any more, since somebody else did it or the claim no longer stands. Who does the
 * same as others must take that for success.
 */
export type Contested =
  | { readonly outcome: 'done'; readonly transaction: Bytes32; readonly blockNumber: bigint; readonly gasUsed: bigint }
  | { readonly outcome: 'already' }

/** A call, and when its refusal means that there is nothing left to do. */
export interface Action {
  /** One of a key is on its way at a time. */
  readonly key: string
  readonly call: Call
  readonly isDone: (error: RollupError) => boolean
}

/**
 * Sends an action where the contract would take it now.
 * @throws {TransactionError} `TRANSACTION_REFUSED` with the contract's error where it would not, and what sending throws.
 * @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`.
 */
export async function act(
  client: PublicClient,
  sender: TransactionSender,
  { key, call, isDone }: Action,
  signal: AbortSignal,
): Promise<Contested> {
  const look = () => refusalOf(client, sender.address, call, signal)
  const isAlready = (error: RollupError | undefined): boolean => error !== undefined && isDone(error)
  // One on its way is joined: what it is about to do would be refused to another.
  const refusal = sender.isPending(key) ? undefined : await look()
  if (isAlready(refusal?.error)) return { outcome: 'already' }
  if (refusal !== undefined)
    throw new TransactionError({ code: 'TRANSACTION_REFUSED', reason: describeRevert(refusal.data) })
  try {
    const { transactionHash, blockNumber, gasUsed } = await sender.send({ key, call }, signal)
    return { outcome: 'done', transaction: hexToBytes(transactionHash), blockNumber, gasUsed }
  } catch (error) {
    // Somebody else may have got in first.
    if (!(error instanceof TransactionError) || !lost.has(error.fault.code)) throw error
    if (isAlready((await look())?.error)) return { outcome: 'already' }
    throw error
  }
}

/** Refusals that another's transaction may be the reason of. */
const lost: ReadonlySet<TransactionError['fault']['code']> = new Set(['TRANSACTION_REFUSED', 'TRANSACTION_FAILED'])

/** Names the transaction of a call by what it does and with what. */
export const keyOf = (what: string, data: Hex): string => `${what}:${keccak256(data)}`
