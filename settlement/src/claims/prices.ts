import { inboxAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import { BaseError, ContractFunctionRevertedError, encodeFunctionData } from 'viem'
import type { Connection } from '../reader.ts'
import type { TransactionSender } from '../transactions/transaction-sender.ts'

/** Why the inbox takes no prices now, without anything being wrong. */
const nothingToPush = new Set(['Inbox_PricesTooEarly', 'Inbox_PricesUnchanged'])

/**
 * Moves the L3's prices towards what the L2 knows of its L1, where they differ and the interval has passed.
 * @returns whether a price item was queued.
 */
export async function pushPrices(
  { client, contracts }: Connection,
  sender: TransactionSender,
  signal: AbortSignal,
): Promise<boolean> {
  const inbox = { address: contracts.inbox, abi: inboxAbi, account: sender.address } as const
  const possible = await ask(async () => {
    try {
      await client.simulateContract({ ...inbox, functionName: 'pushPrices' })
      return true
    } catch (error) {
      if (nothingToPush.has(revertName(error) ?? '')) return false
      throw error
    }
  }, signal)
  if (!possible) return false
  const data = encodeFunctionData({ abi: inboxAbi, functionName: 'pushPrices' })
  await sender.send({ key: 'prices', call: { to: contracts.inbox, data, value: 0n } }, signal)
  return true
}

function revertName(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined
  const revert = error.walk((inner) => inner instanceof ContractFunctionRevertedError)
  return revert instanceof ContractFunctionRevertedError ? revert.data?.errorName : undefined
}
