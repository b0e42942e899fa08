import { type OwnSenderOptions, openOwnSender } from '../own-sender.ts'
import type { SettlementDeps } from '../settlement.ts'
import { type Contester, createContester } from './contester.ts'

/**
 * Opens the deployment at `options.rollup` for an account that contests.
 * @throws what `openOwnSender` throws.
 */
export async function openContester(
  deps: SettlementDeps,
  options: OwnSenderOptions,
  signal: AbortSignal,
): Promise<Contester> {
  const { connection, sender } = await openOwnSender(deps, options, signal)
  return createContester(connection, sender)
}
