import { LogPages, readLogs } from '@parley/l2'
import type { Address, Log, PublicClient } from 'viem'

const maxBlocksPerPage = 2_000n

/** All logs of the Rollup contract since its deployment. */
export async function rollupLogs(
  client: PublicClient,
  rollup: Address,
  deploymentBlock: bigint,
): Promise<Log<bigint, number, false>[]> {
  const range = { from: deploymentBlock, to: await client.getBlockNumber() }
  const never = new AbortController().signal
  return readLogs(client, { address: [rollup] }, range, new LogPages(maxBlocksPerPage), never)
}
