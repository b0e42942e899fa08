import { publicInboxAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { demandAddress } from '../l2/demand.ts'
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
  demandAddress('holder', holder)
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
  demandAddress('holder', holder)
  const call = { address: inbox, abi: publicInboxAbi, value } as const
  return write(client, { ...call, functionName: 'deposit', args: [holder] }, parameters)
}

export interface WithdrawCreditParameters extends InboxParameters, WriteParameters {
  /** Whose credit is paid out; the sender's when left out. */
  readonly holder?: Address
  /** Who receives it; the holder when left out. Only the holder may name another. */
  readonly recipient?: Address
  /** Wei; all there is when left out. */
  readonly amount?: bigint
}

/**
 * Pays out credit; anyone may do it for anyone.
 * @throws {ClientError} `CONTRACT_REFUSED` (`PublicInbox_RecipientNotOwner`, `PublicInbox_NotEnough` is `INVITE_UNPAID`), and
 * what every writing action throws.
 */
export async function withdrawCredit(client: L2Client, parameters: WithdrawCreditParameters): Promise<Hash> {
  const { inbox, holder = addressOf(accountOf(client, parameters.account)), recipient = holder } = parameters
  demandAddress('holder', holder)
  demandAddress('recipient', recipient)
  const amount = parameters.amount ?? (await getCredit(client, { inbox, holder }))
  const args = [holder, recipient, amount] as const
  return write(client, { address: inbox, abi: publicInboxAbi, functionName: 'withdraw', args }, parameters)
}
