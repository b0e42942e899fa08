import { contactDirectoryAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import type { DirectoryParameters } from '../contacts/parameters.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'

export interface CollectFeesParameters extends DirectoryParameters, WriteParameters {}

/**
 * Sends the registration fees taken so far to the treasury; anyone may have it done. `collectShares` does so with what the
 * inbox owes it.
 * @throws {ClientError} what every writing action throws.
 */
export async function collectFees(client: L2Client, parameters: CollectFeesParameters): Promise<Hash> {
  const call = { address: parameters.directory, abi: contactDirectoryAbi } as const
  return write(client, { ...call, functionName: 'collectFees', args: [] }, parameters)
}
