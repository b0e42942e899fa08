import { openAccountSender, type SenderOptions, senderDefaults } from '@parley/transactions'
import { connect, type ReaderOptions, readerDefaults } from '../reader.ts'
import { describeRevert } from '../reverts.ts'
import type { SettlementDeps } from '../settlement.ts'
import { type Contester, createContester } from './contester.ts'

export interface ContesterOptions extends ReaderOptions {
  readonly sending: SenderOptions
}

export const contesterDefaults: Omit<ContesterOptions, 'rollup'> = { ...readerDefaults, sending: senderDefaults }

/**
 * Opens the deployment at `options.rollup` for an account that contests and takes up what an earlier run left on its way.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`, `OPTION_INVALID`, `RECORD_INVALID`.
 */
export async function openContester(
  deps: SettlementDeps,
  options: ContesterOptions,
  signal: AbortSignal,
): Promise<Contester> {
  const connection = await connect(deps, options, signal)
  const sender = await openAccountSender(
    { ...deps, describeRevert, metrics: deps.metrics.sending },
    options.sending,
    signal,
  )
  return createContester(connection, sender)
}
