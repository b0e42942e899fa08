import { publicInboxAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import { getCredit } from './credit.ts'
import { type InboxParameters, type InviteParameters, requestOf } from './parameters.ts'

export interface SendInviteParameters extends InviteParameters, WriteParameters {
  /** Wei sent along; what is above the fee is credited. What the payer's credit lacks of `maxFee` when left out. */
  readonly value?: bigint
}

export type InviteReturnType = Hash

/**
 * Invites; the account is sender and payer.
 * @throws {ClientError} `INVITE_REFUSED`, `INVITE_BLOCKED`, `INVITE_DELIVERED`, `INVITE_FEE_ABOVE_MAX`, `INVITE_UNPAID`,
 * `ARGUMENT_INVALID`, and what every writing action throws.
 * @see docs/spec/invites.md#delivery
 */
export async function invite(client: L2Client, parameters: SendInviteParameters): Promise<InviteReturnType> {
  const request = requestOf(parameters)
  const value = parameters.value ?? (await missingCredit(client, parameters))
  const call = { address: parameters.inbox, abi: publicInboxAbi, value } as const
  return write(client, { ...call, functionName: 'invite', args: [request] }, parameters)
}

/** What the sender's credit lacks of the highest fee that it accepts. */
export async function missingCredit(
  client: L2Client,
  { inbox, maxFee, account }: InboxParameters & WriteParameters & Pick<InviteParameters, 'maxFee'>,
): Promise<bigint> {
  const credit = await getCredit(client, { inbox, holder: addressOf(accountOf(client, account)) })
  return credit < maxFee ? maxFee - credit : 0n
}
