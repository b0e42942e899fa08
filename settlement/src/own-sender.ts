import { openAccountSender, type SenderOptions, senderDefaults, type TransactionSender } from '@parley/transactions'
import { type Connection, connect, type ReaderOptions, readerDefaults } from './reader.ts'
import { describeRevert } from './reverts.ts'
import type { SettlementDeps } from './settlement.ts'

/** What an account beside the claimer's is opened with. */
export interface OwnSenderOptions extends ReaderOptions {
  readonly sending: SenderOptions
}

export const ownSenderDefaults: Omit<OwnSenderOptions, 'rollup'> = { ...readerDefaults, sending: senderDefaults }

/**
 * Opens the deployment at `options.rollup` for an account and takes up what an earlier run left on its way.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`, `OPTION_INVALID`, `RECORD_INVALID`.
 */
export async function openOwnSender(
  deps: SettlementDeps,
  options: OwnSenderOptions,
  signal: AbortSignal,
): Promise<{ readonly connection: Connection; readonly sender: TransactionSender }> {
  const connection = await connect(deps, options, signal)
  const sender = await openAccountSender(
    { ...deps, describeRevert, metrics: deps.metrics.sending },
    options.sending,
    signal,
  )
  return { connection, sender }
}
