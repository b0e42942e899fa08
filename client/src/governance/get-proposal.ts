import { parleyGovernorAbi } from '@parley/contracts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import type { GovernorParameters } from './parameters.ts'

/** In the order of the contract's enumeration. */
const states = ['pending', 'active', 'canceled', 'defeated', 'succeeded', 'queued', 'expired', 'executed'] as const

export interface GetProposalParameters extends GovernorParameters {
  readonly proposalId: bigint
}

/** How a proposal stands; votes have 18 decimals, times are seconds since 1970. */
export interface GetProposalReturnType {
  readonly state: (typeof states)[number]
  readonly voteStart: bigint
  readonly voteEnd: bigint
  /** When it may be executed; 0 while it is not queued. */
  readonly executableFrom: bigint
  readonly votesFor: bigint
  readonly votesAgainst: bigint
  readonly votesAbstain: bigint
}

/** @throws {ClientError} `CONTRACT_REFUSED` (`GovernorNonexistentProposal`), and what every reading action throws. */
export async function getProposal(
  client: L2Client,
  { governor, proposalId }: GetProposalParameters,
): Promise<GetProposalReturnType> {
  const call = { address: governor, abi: parleyGovernorAbi, args: [proposalId] } as const
  const state = await read(client, { ...call, functionName: 'state' })
  const [voteStart, voteEnd, executableFrom, [votesAgainst, votesFor, votesAbstain]] = await Promise.all([
    read(client, { ...call, functionName: 'proposalSnapshot' }),
    read(client, { ...call, functionName: 'proposalDeadline' }),
    read(client, { ...call, functionName: 'proposalEta' }),
    read(client, { ...call, functionName: 'proposalVotes' }),
  ])
  const counted = { votesFor, votesAgainst, votesAbstain }
  return { state: states[state] as GetProposalReturnType['state'], voteStart, voteEnd, executableFrom, ...counted }
}
