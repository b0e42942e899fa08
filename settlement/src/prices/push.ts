import { revertData } from '@parley/http'
import { ask } from '@parley/l2'
import { SettlementError } from '@parley/protocol'
import { TransactionError, type TransactionSender } from '@parley/transactions'
import { type Address, type Hex, hexToBytes, type PublicClient, toFunctionSelector } from 'viem'
import { describeRevert } from '../reverts.ts'

/** Why the inbox takes no prices now, without anything being wrong. */
const nothingToPush = ['Inbox_PricesTooEarly(uint256)', 'Inbox_PricesUnchanged()'].map(toFunctionSelector)

/** Where the OP Stack tells what its L1 asks for. */
const l1Block = '0x4200000000000000000000000000000000000015'

export interface PricePush {
  /** Name of the transaction: one of a name is on its way at a time. */
  readonly key: string
  readonly to: Address
  readonly data: Hex
}

/**
 * Sends what queues a price item, where the inbox takes one now.
 * @returns whether a price item was queued.
 * @throws {SettlementError} `L1_BLOCK_MISSING`, and what sending throws.
 */
export async function push(
  client: PublicClient,
  sender: TransactionSender,
  { key, to, data }: PricePush,
  signal: AbortSignal,
): Promise<boolean> {
  const possible = await ask(async () => {
    try {
      await client.call({ account: sender.address, to, data })
      return true
    } catch (error) {
      const revert = revertData(error)
      if (revert === undefined) throw error
      return nothingToPush.includes(revert.slice(0, 10) as Hex) ? false : await refusal(client, revert, error)
    }
  }, signal)
  if (possible instanceof Error) throw possible
  if (possible) await sender.send({ key, call: { to, data, value: 0n } }, signal)
  return possible
}

/** What a revert means: the predeploy that `pushPrices` reads is not there, or something else of the contract's. */
async function refusal(client: PublicClient, data: Hex, cause: unknown): Promise<SettlementError | TransactionError> {
  const reason = describeRevert(data)
  const code = await client.getCode({ address: l1Block })
  if (code !== undefined && code !== '0x')
    return new TransactionError({ code: 'TRANSACTION_REFUSED', reason }, { cause })
  const address = hexToBytes(l1Block)
  return new SettlementError({ code: 'L1_BLOCK_MISSING', address, reason }, { cause })
}
