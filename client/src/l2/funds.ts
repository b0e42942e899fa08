import { revertData } from '@parley/http'
import { type Account, type Address, BaseError, RpcRequestError } from 'viem'
import { getBalance, getBlock } from 'viem/actions'
import { ClientError } from '../faults.ts'
import { addressOf, type L2Client } from './client.ts'

/** Gas of a transaction that does nothing: who cannot pay for that can pay for none. */
const leastGas = 21_000n

/**
 * The fault of an account that cannot pay for a transaction which a node refused; undefined when it can, and when its balance
 * cannot be learnt. Nodes say it each in words of their own, so that the balance is asked for.
 */
export async function fundsMissing(
  client: L2Client,
  account: Account | Address,
  value: bigint,
  error: unknown,
): Promise<ClientError | undefined> {
  // The contract's own refusal is no matter of money, and a node that gave no answer gives none now.
  if (!(error instanceof BaseError) || revertData(error) !== undefined) return undefined
  if (error.walk((inner) => inner instanceof RpcRequestError) === null) return undefined
  const address = addressOf(account)
  const found = await Promise.all([getBalance(client, { address }), getBlock(client)]).catch((asking: unknown) => {
    if (!(asking instanceof BaseError)) throw asking
    return undefined
  })
  if (found === undefined) return undefined
  const [balance, { baseFeePerGas }] = found
  const least = value + leastGas * (baseFeePerGas ?? 0n)
  if (balance >= least) return undefined
  return new ClientError({ code: 'FUNDS_MISSING', account: address, balance, least }, { cause: error })
}
