import { inboxAbi } from '@parley/contracts'
import { limits, type Mwei, mwei, toWei } from '@parley/protocol/light'
import { type Address, type Hash, isAddressEqual, parseEventLogs, type TransactionReceipt } from 'viem'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'

export interface DepositParameters extends WriteParameters {
  /** The Inbox contract of the rollup, as `getDeployment` gives it. */
  readonly inboxAddress: Address
  readonly shard: number
  /** At least the deployment's smallest deposit. */
  readonly amount: Mwei
  /** Whose account it goes to; the sender's own when left out. */
  readonly owner?: Address
}

export type DepositReturnType = Hash

/**
 * Pays into an account on the L3, which the first deposit opens. The sequencer knows it once it has consumed the inbox.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`, `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`.
 */
export function deposit(client: L2Client, parameters: DepositParameters): Promise<DepositReturnType> {
  const { inboxAddress: address, shard, amount } = parameters
  const owner = parameters.owner ?? addressOf(accountOf(client, parameters.account))
  assertAddress('owner', owner)
  assertWithin('shard', shard, 0, limits.shards - 1)
  assertWithin('amount', amount, 1n, 2n ** 63n)
  const value = toWei(amount)
  return write(client, { address, abi: inboxAbi, functionName: 'deposit', args: [shard, owner], value }, parameters)
}

/** Where a deposit went. */
export interface DepositedAccount {
  readonly shard: number
  /** Index in the shard: with it the account's address for ever. */
  readonly account: number
  readonly owner: Address
  readonly amount: Mwei
}

/** The accounts that a transaction paid into, by its receipt. */
export function depositsOf(receipt: TransactionReceipt, inboxAddress: Address): DepositedAccount[] {
  const logs = receipt.logs.filter(({ address }) => isAddressEqual(address, inboxAddress))
  return parseEventLogs({ abi: inboxAbi, eventName: 'DepositQueued', logs }).map(({ args }) => ({
    ...args.deposit,
    amount: mwei(args.deposit.amount),
  }))
}
