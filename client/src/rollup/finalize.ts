import { rollupAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import { simulateContract } from 'viem/actions'
import { accountOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { failureOf } from '../l2/failures.ts'
import { write } from '../l2/write.ts'
import { getFinalNumber } from './get-claim.ts'
import type { RollupParameters } from './parameters.ts'

export interface FinalizeParameters extends RollupParameters, WriteParameters {
  /** Number of the claim that is to be final. */
  readonly number: bigint
}

/** Claims that one transaction makes final at most. */
const most = 500n

/**
 * Makes a claim and those before it final. Claimers do so; where none is left anyone may, once the windows have passed.
 * @returns the transaction; undefined when the claim is final, or cannot be yet.
 * @throws {ClientError} `ACCOUNT_MISSING`, `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 */
export async function finalize(
  client: L2Client,
  { rollup, number, ...parameters }: FinalizeParameters,
): Promise<Hash | undefined> {
  const latest = await getFinalNumber(client, { rollup })
  if (latest >= number) return undefined
  const limit = number - latest < most ? number - latest : most
  const call = { address: rollup, abi: rollupAbi, functionName: 'finalize', args: [limit] } as const
  const account = accountOf(client, parameters.account)
  const { result } = await simulateContract(client, { ...call, account }).catch((error) => {
    throw failureOf(error, call)
  })
  return result < latest + limit ? undefined : write(client, call, parameters)
}
