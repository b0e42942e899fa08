import { stakeVaultAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'

/** What every action on the stakes takes. */
export interface VaultParameters {
  /** Address of the stake vault. */
  readonly vault: Address
}

export interface StakeParameters extends VaultParameters, WriteParameters {
  /** Whose stake grows; the sender's own when left out. */
  readonly holder?: Address
  /** Wei. */
  readonly value: bigint
}

/** Puts money behind what an account sends. @throws {ClientError} what every writing action throws. */
export async function stake(client: L2Client, parameters: StakeParameters): Promise<Hash> {
  const { vault, value, holder = addressOf(accountOf(client, parameters.account)) } = parameters
  assertAddress('holder', holder)
  const call = { address: vault, abi: stakeVaultAbi, value } as const
  return write(client, { ...call, functionName: 'stake', args: [holder] }, parameters)
}

export interface StartExitParameters extends VaultParameters, WriteParameters {
  /** Wei. */
  readonly amount: bigint
}

/** Lets some of the sender's stake leave, which takes the unbonding delay. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function startExit(client: L2Client, parameters: StartExitParameters): Promise<Hash> {
  const call = { address: parameters.vault, abi: stakeVaultAbi } as const
  return write(client, { ...call, functionName: 'startExit', args: [parameters.amount] }, parameters)
}

export interface WithdrawStakeParameters extends VaultParameters, WriteParameters {
  /** Who receives it; the sender when left out. */
  readonly recipient?: Address
}

/** Pays all of the sender's stake that has left. @throws {ClientError} `CONTRACT_REFUSED` (`StakeVault_Locked`). */
export async function withdrawStake(client: L2Client, parameters: WithdrawStakeParameters): Promise<Hash> {
  const { vault, recipient = addressOf(accountOf(client, parameters.account)) } = parameters
  assertAddress('recipient', recipient)
  return write(client, { address: vault, abi: stakeVaultAbi, functionName: 'withdraw', args: [recipient] }, parameters)
}

export interface GetStakeParameters extends VaultParameters {
  readonly holder: Address
  /** Block whose state is read; the latest when left out. */
  readonly blockHash?: Hash
}

export interface GetStakeReturnType {
  /** Wei that count. */
  readonly staked: bigint
  /** Wei on their way out: they count for nothing and still answer for what was done. */
  readonly leaving: bigint
  /** Seconds since 1970 from which what is leaving may be withdrawn. */
  readonly leavesAt: bigint
}

/** Stake of an account. @throws {ClientError} what every reading action throws. */
export async function getStake(
  client: L2Client,
  { vault, holder, blockHash }: GetStakeParameters,
): Promise<GetStakeReturnType> {
  assertAddress('holder', holder)
  const call = { address: vault, abi: stakeVaultAbi, functionName: 'stakeOf', args: [holder] } as const
  return read(client, { ...call, ...(blockHash !== undefined && { blockHash }) })
}
