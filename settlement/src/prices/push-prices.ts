import { inboxAbi } from '@parley/contracts'
import type { TransactionSender } from '@parley/transactions'
import { encodeFunctionData } from 'viem'
import type { Connection } from '../reader.ts'
import { push } from './push.ts'

/**
 * Moves the L3's prices towards what the L2 knows of its L1, where they differ and the interval has passed.
 * @returns whether a price item was queued.
 */
export function pushPrices(
  { client, contracts }: Connection,
  sender: TransactionSender,
  signal: AbortSignal,
): Promise<boolean> {
  const data = encodeFunctionData({ abi: inboxAbi, functionName: 'pushPrices' })
  return push(client, sender, { key: 'prices', to: contracts.inbox, data }, signal)
}
