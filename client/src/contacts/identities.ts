import { contactDirectoryAbi } from '@parley/contracts'
import type { Address } from 'viem'
import { assertWithin } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import type { DirectoryParameters } from './parameters.ts'

const maxPage = 1000

export interface GetIdentitiesParameters extends DirectoryParameters {
  /** Number of the first one, from 0. */
  readonly from: bigint
  /** 1 to 1,000. */
  readonly count: number
}

export type GetIdentitiesReturnType = readonly Address[]

/** Identities in the order of their registration, fewer than `count` at the end. @throws {ClientError}. */
export async function getIdentities(
  client: L2Client,
  { directory, from, count }: GetIdentitiesParameters,
): Promise<GetIdentitiesReturnType> {
  assertWithin('count', count, 1, maxPage)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  return read(client, { ...call, functionName: 'identities', args: [from, BigInt(count)] })
}
