import { dataCommitteeAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { CommitteeParameters } from './parameters.ts'

export interface RegisterMemberParameters extends CommitteeParameters, WriteParameters {
  /** To whom the stake belongs, for ever: not the key that is online. */
  readonly owner: Address
  /** Where the member serves, 1 to 256 bytes. */
  readonly url: string
}

/** Makes the account a member, or says where it serves now; the account is the key that signs. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function registerMember(
  client: L2Client,
  { committee, owner, url, ...parameters }: RegisterMemberParameters,
): Promise<Hash> {
  assertAddress('owner', owner)
  const call = { address: committee, abi: dataCommitteeAbi, functionName: 'register', args: [owner, url] } as const
  return write(client, call, parameters)
}

export interface DepositStakeParameters extends CommitteeParameters, WriteParameters {
  readonly member: Address
  /** Wei. */
  readonly value: bigint
}

/** Adds to a member's stake; anyone may. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function depositStake(
  client: L2Client,
  { committee, member, value, ...parameters }: DepositStakeParameters,
): Promise<Hash> {
  assertAddress('member', member)
  const call = { address: committee, abi: dataCommitteeAbi, functionName: 'deposit', args: [member], value } as const
  return write(client, call, parameters)
}

export interface ExitCommitteeParameters extends CommitteeParameters, WriteParameters {
  readonly member: Address
  /** Who is paid. */
  readonly recipient: Address
}

/** Pays a member's whole stake; the account is its owner. @throws {ClientError} `CONTRACT_REFUSED` (`DataCommittee_Locked`). */
export async function exitCommittee(
  client: L2Client,
  { committee, member, recipient, ...parameters }: ExitCommitteeParameters,
): Promise<Hash> {
  assertAddress('member', member)
  assertAddress('recipient', recipient)
  const args = [member, recipient] as const
  return write(client, { address: committee, abi: dataCommitteeAbi, functionName: 'exit', args }, parameters)
}
