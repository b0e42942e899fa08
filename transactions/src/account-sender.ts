import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { openTransactionSender } from './call-sender.ts'
import { createPendingStore, type TextStore } from './pending-store.ts'
import type { SenderMetrics } from './sender-metrics.ts'
import type { SenderOptions } from './sender-options.ts'
import type { TransactionSender } from './transaction-sender.ts'
import { type ChainDeps, connectTransactionChain } from './viem-chain.ts'

export interface AccountSenderDeps extends ChainDeps {
  /** 32 bytes: the account's key. Nothing else may send from the account. */
  readonly secret: Uint8Array
  /** Keeps signed transactions until they are settled; several accounts may share it. */
  readonly store: TextStore
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SenderMetrics
}

/**
 * Opens the sender of one account and takes up what an earlier run left on its way.
 * @throws {TransactionError} `CHAIN_UNAVAILABLE`, `RECORD_INVALID`, `OPTION_INVALID`.
 */
export async function openAccountSender(
  deps: AccountSenderDeps,
  options: SenderOptions,
  signal: AbortSignal,
): Promise<TransactionSender> {
  const { clock, log, metrics } = deps
  const chain = await connectTransactionChain(deps, signal)
  const account = privateKeyToAccount(bytesToHex(deps.secret))
  const store = createPendingStore(deps.store, chain, account.address)
  return openTransactionSender({ chain, account, store, clock, log, metrics }, options)
}
