import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  encodeFunctionData,
  type Hash,
} from 'viem'
import { estimateContractGas, writeContract } from 'viem/actions'
import { accountOf, type L2Client, type WriteParameters } from './client.ts'
import { failureOf } from './failures.ts'
import { fundsMissing } from './funds.ts'

type Change = 'nonpayable' | 'payable'

/** A fifth more than estimated is allowed: fees follow time, and with it changes what it takes to compute them. */
const gasMargin = 5n

/** A call that changes something. */
export interface Writing<A extends Abi, N extends ContractFunctionName<A, Change>> {
  readonly address: Address
  readonly abi: A
  readonly functionName: N
  readonly args: ContractFunctionArgs<A, Change, N>
  /** Wei sent along. */
  readonly value?: bigint
}

/**
 * Sends a transaction, unless the contract would refuse it in the state of the latest block.
 * @returns its hash; `confirm` waits for it.
 * @throws {ClientError} what the contract refused with, `ACCOUNT_MISSING`, `CONTRACT_UNKNOWN`, `FUNDS_MISSING`, `L2_UNAVAILABLE`.
 */
export async function write<const A extends Abi, N extends ContractFunctionName<A, Change>>(
  client: L2Client,
  writing: Writing<A, N>,
  { account, nonce, send }: WriteParameters,
): Promise<Hash> {
  const call = { ...writing, account: accountOf(client, account), ...(nonce === undefined ? {} : { nonce }) }
  try {
    const estimate = await estimateContractGas(client, call as never)
    const gas = estimate + estimate / gasMargin
    if (send !== undefined) {
      const { address: to, value = 0n, abi, functionName, args } = writing
      return await send({ to, data: encodeFunctionData({ abi, functionName, args } as never), value, gas })
    }
    // The chain is the client's, or whatever the node says when the client was made without one.
    return await writeContract(client, { ...call, gas, chain: client.chain ?? null } as never)
  } catch (error) {
    throw (await fundsMissing(client, call.account, writing.value ?? 0n, error)) ?? failureOf(error, writing)
  }
}
