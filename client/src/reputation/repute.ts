import { bulkPricingAbi, reputationAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'

export interface GetReputeParameters {
  /** Address of the reputation contract. */
  readonly reputation: Address
  readonly holder: Address
  /** Block whose state is read; the latest when left out. */
  readonly blockHash?: Hash
}

/** How an account stands with the network. @see docs/spec/economics.md#reputation */
export interface GetReputeReturnType {
  /** Seconds since 1970; 0 when it is not registered, or no longer. */
  readonly registeredAt: bigint
  /** Seconds since 1970 until which somebody whom the network trusts vouches for it; 0 when nobody does. */
  readonly attestedUntil: bigint
  /** Whether a list names it that the network follows. */
  readonly listed: boolean
  /** Hundredths of a percent: how many times the unit its invites cost, at least 10,000. */
  readonly surcharge: number
  /** Wei of stake that count. */
  readonly stake: bigint
}

/** How an account stands. @throws {ClientError} what every reading action throws. */
export async function getRepute(
  client: L2Client,
  { reputation, holder, blockHash }: GetReputeParameters,
): Promise<GetReputeReturnType> {
  assertAddress('holder', holder)
  const call = { address: reputation, abi: reputationAbi, functionName: 'reputeOf', args: [holder] } as const
  return read(client, { ...call, ...(blockHash !== undefined && { blockHash }) })
}

export interface GetReachParameters {
  /** Address of the bulk pricing. */
  readonly pricing: Address
  /** Address of the public inbox that counts. */
  readonly inbox: Address
  readonly holder: Address
}

/** How far an account has come in this epoch, and how far it may for the flat part. */
export interface GetReachReturnType {
  /** Invites that it sent. */
  readonly invites: bigint
  /** Distinct senders that it paid for; of senders of less repute than its own every invite counts. */
  readonly senders: bigint
  readonly inviteAllowance: bigint
  readonly senderAllowance: bigint
}

/** What bulk pricing has counted of an account. @throws {ClientError} what every reading action throws. */
export async function getReach(
  client: L2Client,
  { pricing, inbox, holder }: GetReachParameters,
): Promise<GetReachReturnType> {
  assertAddress('holder', holder)
  return read(client, { address: pricing, abi: bulkPricingAbi, functionName: 'reachOf', args: [inbox, holder] })
}
