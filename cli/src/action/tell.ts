import { confirm, type L2Client } from '@parley/client'
import type { Hash } from 'viem'
import type { Context } from '../process/context.ts'
import { plain } from './plain.ts'

/** Prints one JSON object: on one line with --json, else indented. */
export function tell({ config, out }: Context, value: unknown): number {
  out.write(`${JSON.stringify(plain(value), undefined, config.run.json ? undefined : 2)}\n`)
  return 0
}

/** Waits for a transaction and prints what it cost. @param also - What is printed besides. */
export async function tellTransaction(
  context: Context,
  client: L2Client,
  sent: Promise<Hash>,
  also: object = {},
): Promise<number> {
  const receipt = await confirm(client, { hash: await sent })
  const { transactionHash, blockNumber, gasUsed } = receipt
  return tell(context, { ...also, transaction: transactionHash, block: blockNumber, gas: Number(gasUsed) })
}
