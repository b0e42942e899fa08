import { publicInboxAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { InboxParameters } from './parameters.ts'

export interface GetCreditParameters extends InboxParameters {
  readonly holder: Address
}

export type GetCreditReturnType = bigint

/** Credit of an account, in wei: to pay for invites with, or to withdraw. @throws {ClientError}. */
export async function getCredit(
  client: L2Client,
  { inbox, holder }: GetCreditParameters,
): Promise<GetCreditReturnType> {
  assertAddress('holder', holder)
  return read(client, { address: inbox, abi: publicInboxAbi, functionName: 'creditOf', args: [holder] })
}

export interface DepositCreditParameters extends InboxParameters, WriteParameters {
  /** Whose credit grows. */
  readonly holder: Address
  /** Wei. */
  readonly value: bigint
}

/** Credits money in advance. @throws {ClientError} what every writing action throws. */
export async function depositCredit(client: L2Client, parameters: DepositCreditParameters): Promise<Hash> {
  const { inbox, holder, value } = parameters
  assertAddress('holder', holder)
  const call = { address: inbox, abi: publicInboxAbi, value } as const
  return write(client, { ...call, functionName: 'deposit', args: [holder] }, parameters)
}

export interface WithdrawCreditParameters extends InboxParameters, WriteParameters {
  /** Who receives it; the account itself when left out. */
  readonly recipient?: Address
  /** Wei; all there is when left out. */
  readonly amount?: bigint
}

/** Pays out the account's own credit. @throws {ClientError} `INVITE_UNPAID`, and what every writing action throws. */
export async function withdrawCredit(client: L2Client, parameters: WithdrawCreditParameters): Promise<Hash> {
  const holder = addressOf(accountOf(client, parameters.account))
  const { inbox, recipient = holder } = parameters
  assertAddress('recipient', recipient)
  const amount = parameters.amount ?? (await getCredit(client, { inbox, holder }))
  const args = [recipient, amount] as const
  return write(client, { address: inbox, abi: publicInboxAbi, functionName: 'withdraw', args }, parameters)
}

export interface CollectSharesParameters extends InboxParameters, WriteParameters {}

/** Pays the treasury what the inbox owes it; anyone may have it done. @throws {ClientError} what every writing action throws. */
export async function collectShares(client: L2Client, parameters: CollectSharesParameters): Promise<Hash> {
  const call = { address: parameters.inbox, abi: publicInboxAbi, functionName: 'collectShares', args: [] } as const
  return write(client, call, parameters)
}
