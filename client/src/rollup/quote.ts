import { inboxAbi, rollupAbi, rollupOperatorAbi } from '@parley/contracts'
import type { Mwei } from '@parley/protocol/light'
import type { Hash } from 'viem'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import { type OperatingParameters, operatorOf } from './operator.ts'

export interface QuotePricesParameters extends OperatingParameters {
  /** Mwei per byte of each part of a batch. */
  readonly coreByte: Mwei
  readonly witnessByte: Mwei
}

/**
 * Quotes the prices of data, where the deployment has them quoted. The account is the rollup's operator or the agent of the
 * `RollupOperator` that operates it.
 * @throws {ClientError} what the contract refuses with, such as a quote out of its bounds or too soon; `ACCOUNT_MISSING`.
 */
export async function quotePrices(
  client: L2Client,
  { coreByte, witnessByte, ...parameters }: QuotePricesParameters,
): Promise<Hash> {
  const { rollup } = parameters
  const [{ operator, isContract }, { inbox }] = await Promise.all([
    operatorOf(client, { rollup }),
    read(client, { address: rollup, abi: rollupAbi, functionName: 'parameters', args: [] }),
  ])
  const functionName = 'pushDataQuote'
  if (!isContract)
    return write(client, { address: inbox, abi: inboxAbi, functionName, args: [coreByte, witnessByte] }, parameters)
  const args = [inbox, coreByte, witnessByte] as const
  return write(client, { address: operator, abi: rollupOperatorAbi, functionName, args }, parameters)
}
