import { parleyGovernorAbi, parleyVotesAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { GovernorParameters } from './parameters.ts'

/** In the order of the contract's enumeration. */
export const supports = ['against', 'for', 'abstain'] as const
export type Support = (typeof supports)[number]

export interface VoteParameters extends GovernorParameters, WriteParameters {
  /** Number of the proposal. */
  readonly proposalId: bigint
  readonly support: Support
}

/**
 * Votes with all votes that the sender had when the vote began.
 * @throws {ClientError} `CONTRACT_REFUSED` (`GovernorUnexpectedProposalState`, `GovernorAlreadyCastVote`), and what every
 * writing action throws.
 */
export async function vote(client: L2Client, parameters: VoteParameters): Promise<Hash> {
  const { governor, proposalId, support } = parameters
  const args = [proposalId, supports.indexOf(support)] as const
  return write(client, { address: governor, abi: parleyGovernorAbi, functionName: 'castVote', args }, parameters)
}

/** What every action on the votes takes. */
export interface VotesParameters {
  /** Address of the votes token. */
  readonly votes: Address
}

export interface DelegateVotesParameters extends VotesParameters, WriteParameters {
  /** Who votes with the sender's tokens from now on; the sender itself, too, must be named before it can vote. */
  readonly delegate: Address
}

/** Lets somebody vote with the sender's tokens. @throws {ClientError} what every writing action throws. */
export async function delegateVotes(client: L2Client, parameters: DelegateVotesParameters): Promise<Hash> {
  const { votes, delegate } = parameters
  assertAddress('delegate', delegate)
  return write(client, { address: votes, abi: parleyVotesAbi, functionName: 'delegate', args: [delegate] }, parameters)
}

export interface GetVotesParameters extends VotesParameters {
  readonly holder: Address
}

/** Votes that an account can cast in what is proposed now, of 18 decimals. @throws {ClientError}. */
export async function getVotes(client: L2Client, { votes, holder }: GetVotesParameters): Promise<bigint> {
  assertAddress('holder', holder)
  return read(client, { address: votes, abi: parleyVotesAbi, functionName: 'getVotes', args: [holder] })
}
