import type { Abi, Address, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from 'viem'
import { readContract } from 'viem/actions'
import type { L2Client } from './client.ts'
import { failureOf } from './failures.ts'

type View = 'view' | 'pure'

/** A call that changes nothing. */
export interface Reading<A extends Abi, N extends ContractFunctionName<A, View>> {
  readonly address: Address
  readonly abi: A
  readonly functionName: N
  readonly args: ContractFunctionArgs<A, View, N>
  /** Block whose state is read; the latest when left out. */
  readonly blockHash?: `0x${string}`
}

/** Reads a contract. @throws {ClientError} what the contract refused with, `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function read<const A extends Abi, N extends ContractFunctionName<A, View>>(
  client: L2Client,
  reading: Reading<A, N>,
): Promise<ContractFunctionReturnType<A, View, N>> {
  try {
    // From nobody: some nodes ask the caller for the fee of a call that is never sent, which not everybody has.
    return (await readContract(client, { ...reading, account: null } as never)) as ContractFunctionReturnType<
      A,
      View,
      N
    >
  } catch (error) {
    throw failureOf(error, reading)
  }
}
