import { publicInboxAbi } from '@parley/contracts'
import { type Address, type Hash, type Hex, zeroAddress } from 'viem'
import { simulateContract } from 'viem/actions'
import type { Authorization } from '../contacts/parameters.ts'
import type { ClientFault } from '../faults.ts'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { failureOf, refusalOf } from '../l2/failures.ts'
import { write } from '../l2/write.ts'
import { missingCredit } from './invite.ts'
import { type InboxParameters, type InviteParameters, requestOf } from './parameters.ts'

/** Invites that one call takes at most. */
const maxInvites = 64

/** One of many invites. */
export type InviteOfMany = Omit<InviteParameters, keyof InboxParameters>

/** One of many invites that others signed. */
export interface SignedInvite extends InviteOfMany {
  /** Who alone may relay, as signed; anyone when left out. */
  readonly relayer?: Address
  readonly authorization: Authorization
}

interface PayParameters extends InboxParameters, WriteParameters {
  /** Wei sent along; what is above the fees is credited. What the payer's credit lacks of all highest fees when left out. */
  readonly value?: bigint
}

export interface InviteManyParameters extends PayParameters {
  /** 1 to 64. */
  readonly invites: readonly InviteOfMany[]
}

/**
 * Invites many in one transaction; the account is sender and payer. An invite that fails costs nothing and leaves the others
 * alone: `inviteOutcomes` tells from the receipt what became of each.
 * @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`, `ARGUMENT_INVALID`, and what every writing action throws.
 * @see docs/spec/invites.md#many-at-once
 */
export async function inviteMany(client: L2Client, parameters: InviteManyParameters): Promise<Hash> {
  const { inbox, invites } = parameters
  const requests = requestsOf(inbox, invites)
  const value = parameters.value ?? (await lacking(client, parameters, invites))
  const call = { address: inbox, abi: publicInboxAbi, value } as const
  return write(client, { ...call, functionName: 'inviteMany', args: [requests] }, parameters)
}

export interface RelayManyParameters extends PayParameters {
  /** 1 to 64. */
  readonly invites: readonly SignedInvite[]
}

/** Relays many signed invites in one transaction, as `inviteMany` sends them; the account pays. @throws {ClientError} as `inviteMany`. */
export async function relayMany(client: L2Client, parameters: RelayManyParameters): Promise<Hash> {
  const { inbox, invites } = parameters
  const requests = requestsOf(inbox, invites)
  const signed = invites.map(({ relayer = zeroAddress, authorization }, i) => {
    assertAddress(`invites[${i}].relayer`, relayer)
    return { request: requests[i] as (typeof requests)[number], relayer, authorization }
  })
  const value = parameters.value ?? (await lacking(client, parameters, invites))
  const call = { address: inbox, abi: publicInboxAbi, value } as const
  return write(client, { ...call, functionName: 'relayMany', args: [signed] }, parameters)
}

export interface QuoteManyParameters extends InboxParameters {
  /** 1 to 64; whose signature is relayed is named as `sender`, the payer itself when left out. */
  readonly invites: readonly (InviteOfMany & { readonly sender?: Address })[]
  /** Who sends the transaction. */
  readonly payer: Address
}

/** What one of many invites would come to: its fee in wei and its number in the inbox, or why it would not be delivered. */
export type InviteOutcome =
  | { readonly delivered: true; readonly sequence: bigint; readonly fee: bigint }
  | { readonly delivered: false; readonly fault: ClientFault }

/** In the order of the invites. */
export type QuoteManyReturnType = readonly InviteOutcome[]

/**
 * What many invites would come to now, one after the other in one transaction, if the money were there.
 * @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`, `ARGUMENT_INVALID`, `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 */
export async function quoteMany(client: L2Client, parameters: QuoteManyParameters): Promise<QuoteManyReturnType> {
  const { inbox, invites, payer } = parameters
  const requests = requestsOf(inbox, invites)
  assertAddress('payer', payer)
  const senders = invites.map(({ sender = payer }, i) => {
    assertAddress(`invites[${i}].sender`, sender)
    return sender
  })
  const call = { address: inbox, abi: publicInboxAbi, functionName: 'quoteMany' } as const
  try {
    const { result } = await simulateContract(client, { ...call, args: [requests, senders, payer], account: payer })
    return result.map(({ delivered, sequence, fee, reason }) =>
      delivered ? { delivered, sequence, fee } : { delivered: false, fault: faultOf(reason, inbox) },
    )
  } catch (error) {
    throw failureOf(error, call)
  }
}

/** Why an invite was not delivered. */
export function faultOf(reason: Hex, inbox: Address): ClientFault {
  return refusalOf(reason, { address: inbox })
}

function requestsOf(inbox: Address, invites: readonly InviteOfMany[]) {
  assertWithin('invites', invites.length, 1, maxInvites)
  return invites.map((invite) => requestOf({ inbox, ...invite }))
}

/** What the payer's credit lacks of all the highest fees that it accepts. */
async function lacking(client: L2Client, parameters: PayParameters, invites: readonly InviteOfMany[]): Promise<bigint> {
  const maxFee = invites.reduce((sum, invite) => sum + invite.maxFee, 0n)
  const account = addressOf(accountOf(client, parameters.account))
  return missingCredit(client, { inbox: parameters.inbox, account, maxFee })
}
