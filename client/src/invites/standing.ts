import { publicInboxAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { InboxParameters } from './parameters.ts'

/** In the order of the contract's enumeration. */
export const standings = ['open', 'muted', 'blocked'] as const

/** `muted`: invites are delivered, paid for and marked. `blocked`: they are refused. */
export type Standing = (typeof standings)[number]

export interface SetStandingParameters extends InboxParameters, WriteParameters {
  /** Whom the sender's inbox stands towards so, as a sender and as a payer. */
  readonly counterparty: Address
  readonly standing: Standing
}

/** Opens, mutes or blocks; public, as everything on the chain. @throws {ClientError} what every writing action throws. */
export async function setStanding(client: L2Client, parameters: SetStandingParameters): Promise<Hash> {
  const { inbox, counterparty, standing } = parameters
  assertAddress('counterparty', counterparty)
  const args = [counterparty, standings.indexOf(standing)] as const
  return write(client, { address: inbox, abi: publicInboxAbi, functionName: 'setStanding', args }, parameters)
}

export interface GetStandingParameters extends InboxParameters {
  readonly recipient: Address
  readonly counterparty: Address
}

export type GetStandingReturnType = Standing

/** How an inbox stands towards an account. @throws {ClientError} what every reading action throws. */
export async function getStanding(client: L2Client, parameters: GetStandingParameters): Promise<GetStandingReturnType> {
  const { inbox, recipient, counterparty } = parameters
  assertAddress('recipient', recipient)
  assertAddress('counterparty', counterparty)
  const args = [recipient, counterparty] as const
  const index = await read(client, { address: inbox, abi: publicInboxAbi, functionName: 'standingOf', args })
  return standings[index] as Standing
}
