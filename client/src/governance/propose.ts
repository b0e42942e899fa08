import { parleyGovernorAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { GovernorParameters } from './parameters.ts'
import { type Proposal, partsOf } from './proposal.ts'

export interface ProposeParameters extends GovernorParameters, WriteParameters {
  readonly proposal: Proposal
}

/**
 * Puts calls of the timelock to the vote; the account is the proposer named. Takes as many votes as the threshold;
 * `proposalIdOf` gives its number.
 * @throws {ClientError} `CONTRACT_REFUSED` (`GovernorInsufficientProposerVotes`, `GovernorRestrictedProposer` for another
 * account than the proposer, `GovernorUnexpectedProposalState` when it was proposed before), and what every writing action throws.
 */
export async function propose(client: L2Client, parameters: ProposeParameters): Promise<Hash> {
  const { governor, proposal } = parameters
  const { targets, values, calldatas, description } = partsOf(proposal)
  const args = [targets, values, calldatas, description] as const
  return write(client, { address: governor, abi: parleyGovernorAbi, functionName: 'propose', args }, parameters)
}

/**
 * Puts a proposal that was won into the timelock, whose delay begins.
 * @throws {ClientError} `CONTRACT_REFUSED` (`GovernorUnexpectedProposalState`), and what every writing action throws.
 */
export async function queue(client: L2Client, parameters: ProposeParameters): Promise<Hash> {
  const { governor, proposal } = parameters
  const { targets, values, calldatas, descriptionHash } = partsOf(proposal)
  const args = [targets, values, calldatas, descriptionHash] as const
  return write(client, { address: governor, abi: parleyGovernorAbi, functionName: 'queue', args }, parameters)
}

/**
 * Has what was voted done, once the timelock's delay is over; anyone may.
 * @throws {ClientError} `CONTRACT_REFUSED` (`GovernorUnexpectedProposalState`, and what the calls refuse with), and what every
 * writing action throws.
 */
export async function execute(client: L2Client, parameters: ProposeParameters): Promise<Hash> {
  const { governor, proposal } = parameters
  const { targets, values, calldatas, descriptionHash } = partsOf(proposal)
  const args = [targets, values, calldatas, descriptionHash] as const
  return write(client, { address: governor, abi: parleyGovernorAbi, functionName: 'execute', args }, parameters)
}
