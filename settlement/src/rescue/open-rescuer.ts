import { type OwnSenderOptions, openOwnSender } from '../own-sender.ts'
import type { SettlementDeps } from '../settlement.ts'
import { createRescuer, type Rescuer } from './rescuer.ts'

/**
 * Opens the deployment at `options.rollup` for an account that ends silences.
 * @throws what `openOwnSender` throws.
 */
export async function openRescuer(
  deps: SettlementDeps,
  options: OwnSenderOptions,
  signal: AbortSignal,
): Promise<Rescuer> {
  const { connection, sender } = await openOwnSender(deps, options, signal)
  return createRescuer(connection, sender)
}
