import { dataCommitteeAbi } from '@parley/contracts'
import { type Address, encodeFunctionData, type Hash } from 'viem'
import type { ProposedCall } from '../governance/proposal.ts'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { CommitteeParameters } from './parameters.ts'

const maxMembers = 16
/** secp256k1, the only one yet. */
const scheme = 1

export interface RotationParameters extends CommitteeParameters {
  /** 1 to 16, registered and with their stake. */
  readonly members: readonly Address[]
  /** Signatures that a certificate needs: more than half of them. */
  readonly k: number
}

function argumentsOf({ members, k }: RotationParameters) {
  assertWithin('members', members.length, 1, maxMembers)
  for (const [i, member] of members.entries()) assertAddress(`members[${i}]`, member)
  assertWithin('k', k, Math.floor(members.length / 2) + 1, members.length)
  return [members, k, scheme] as const
}

/** Announces the next epoch; the account is the governance or, for the first, who deployed the contract. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function rotateCommittee(
  client: L2Client,
  parameters: RotationParameters & WriteParameters,
): Promise<Hash> {
  const args = argumentsOf(parameters)
  const call = { address: parameters.committee, abi: dataCommitteeAbi, functionName: 'rotate', args } as const
  return write(client, call, parameters)
}

/** The call that announces the next epoch, to be proposed where votes govern. @throws {ClientError} `ARGUMENT_INVALID`. */
export function rotation(parameters: RotationParameters): ProposedCall {
  const args = argumentsOf(parameters)
  const data = encodeFunctionData({ abi: dataCommitteeAbi, functionName: 'rotate', args })
  return { target: parameters.committee, value: 0n, data }
}
