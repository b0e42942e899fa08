import { dataCommitteeAbi } from '@parley/contracts'
import type { Address, Hash, Hex } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { CommitteeParameters } from './parameters.ts'

export interface ChallengeChunkParameters extends CommitteeParameters, WriteParameters {
  /** As a claim carries it. */
  readonly pointer: Hex
  /** Of the chunk, from 0. */
  readonly index: number
}

/** Asks the signers of a certificate for a chunk, with the deposit that it takes now. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function challengeChunk(
  client: L2Client,
  { committee, pointer, index, ...parameters }: ChallengeChunkParameters,
): Promise<Hash> {
  const contract = { address: committee, abi: dataCommitteeAbi } as const
  const value = await read(client, { ...contract, functionName: 'chunkDeposit', args: [] })
  return write(client, { ...contract, functionName: 'challengeChunk', args: [pointer, index], value }, parameters)
}

/** What members signed. */
export interface SignedAttestation {
  readonly epoch: number
  /** Seconds of the L2. */
  readonly expiresAt: bigint
  readonly parts: readonly { readonly chunkRoot: Hex; readonly length: number }[]
}

export interface SlashCommitteeParameters extends CommitteeParameters, WriteParameters {
  readonly attestation: SignedAttestation
  /** Which of its parts, from 0, and which chunk of it. */
  readonly part: number
  readonly index: number
}

/** Takes the fault from the signers of a chunk that was not shown in time; anyone may. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function slashCommittee(
  client: L2Client,
  { committee, attestation, part, index, ...parameters }: SlashCommitteeParameters,
): Promise<Hash> {
  const args = [attestation, part, index] as const
  return write(client, { address: committee, abi: dataCommitteeAbi, functionName: 'slash', args }, parameters)
}

/** Pays the account what a committee owes it: deposits that came back, answers, rewards. @throws {ClientError} `CONTRACT_REFUSED`. */
export async function withdrawCommitteeCredit(
  client: L2Client,
  { committee, recipient, ...parameters }: CommitteeParameters & WriteParameters & { readonly recipient: Address },
): Promise<Hash> {
  assertAddress('recipient', recipient)
  const args = [recipient] as const
  return write(client, { address: committee, abi: dataCommitteeAbi, functionName: 'withdrawCredit', args }, parameters)
}
