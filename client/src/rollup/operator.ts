import { rollupAbi, rollupOperatorAbi } from '@parley/contracts'
import type { Address, ContractFunctionArgs, Hash } from 'viem'
import { getCode } from 'viem/actions'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { RollupParameters } from './parameters.ts'

export type OperatingParameters = RollupParameters & WriteParameters

/** What the operator does at the rollup, or a `RollupOperator` does for whoever governs it. */
type Operated = 'resume' | 'announceSequencer' | 'setClaimer'

/** Who operates a rollup, and whether that is a contract. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function operatorOf(
  client: L2Client,
  { rollup }: RollupParameters,
): Promise<{ readonly operator: Address; readonly isContract: boolean }> {
  const { operator } = await read(client, { address: rollup, abi: rollupAbi, functionName: 'parameters', args: [] })
  const code = await getCode(client, { address: operator }).catch((error) => {
    throw noAnswer(error)
  })
  return { operator, isContract: code !== undefined && code !== '0x' }
}

/** Calls the rollup, or through the contract that operates it. @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`. */
export async function operate<N extends Operated>(
  client: L2Client,
  functionName: N,
  args: ContractFunctionArgs<typeof rollupAbi, 'nonpayable', N>,
  parameters: OperatingParameters,
): Promise<Hash> {
  const { rollup } = parameters
  const { operator, isContract } = await operatorOf(client, { rollup })
  // The contract takes the rollup before what the rollup itself takes.
  const call = isContract
    ? { address: operator, abi: rollupOperatorAbi, functionName, args: [rollup, ...(args as readonly unknown[])] }
    : { address: rollup, abi: rollupAbi, functionName, args }
  return write(client, call as never, parameters)
}
