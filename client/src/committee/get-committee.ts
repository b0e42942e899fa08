import { dataCommitteeAbi, rollupAbi } from '@parley/contracts'
import { type Address, isAddressEqual, zeroAddress } from 'viem'
import { getBlock } from 'viem/actions'
import type { L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { read } from '../l2/read.ts'
import type { RollupParameters } from '../rollup/parameters.ts'
import type { CommitteeParameters } from './parameters.ts'

/** One of those who keep data. Amounts in wei, times in seconds of the L2. */
export interface CommitteeMember {
  /** Of the key that signs. */
  readonly member: Address
  /** To whom the stake belongs. */
  readonly owner: Address
  readonly stake: bigint
  /** The latest epoch that has it; 0 for none. */
  readonly lastEpoch: number
  /** When the stake may leave: 0 for at any time, 2^64 - 1 while that is not known. */
  readonly unlocksAt: bigint
  /** Where it serves. */
  readonly url: string
}

export interface CommitteeEpoch {
  readonly epoch: number
  /** Seconds of the L2. */
  readonly startsAt: bigint
  /** 0 while no later epoch is announced. */
  readonly endsAt: bigint
  /** Signatures that a certificate needs. */
  readonly k: number
  readonly scheme: number
  readonly members: readonly CommitteeMember[]
}

export interface GetCommitteeReturnType {
  /** Wei that every member has at stake, and that an unanswered chunk costs each signer. */
  readonly stake: bigint
  readonly fault: bigint
  /** Seconds. */
  readonly notice: number
  readonly grace: number
  readonly maxRetention: number
  readonly answerWindow: number
  /** Who announces epochs. */
  readonly governance: Address
  /** Wei with which a chunk is asked for now. */
  readonly chunkDeposit: bigint
  /** Wei taken from members that nobody has any more. */
  readonly burned: bigint
  /** Epochs that run or are to come, and the one before them, which may be in its grace. */
  readonly epochs: readonly CommitteeEpoch[]
}

/** The committee that the rules in force name; undefined when they name none. @throws {ClientError} what every reading action throws. */
export async function getDataCommittee(client: L2Client, { rollup }: RollupParameters): Promise<Address | undefined> {
  const versions = await read(client, { address: rollup, abi: rollupAbi, functionName: 'versions', args: [] })
  const now = await timeOf(client)
  const inForce = versions.findLast(({ from }) => from <= now * 1000n)
  const named = inForce?.rules.dataCommittee ?? zeroAddress
  return isAddressEqual(named, zeroAddress) ? undefined : named
}

/** Reads how a committee stands. @throws {ClientError} what every reading action throws. @see docs/spec/da-committee.md */
export async function getCommittee(
  client: L2Client,
  { committee }: CommitteeParameters,
): Promise<GetCommitteeReturnType> {
  const plain = { address: committee, abi: dataCommitteeAbi, args: [] } as const
  const [rules, governance, chunkDeposit, burned, count] = await Promise.all([
    read(client, { ...plain, functionName: 'rules' }),
    read(client, { ...plain, functionName: 'governance' }),
    read(client, { ...plain, functionName: 'chunkDeposit' }),
    read(client, { ...plain, functionName: 'burned' }),
    read(client, { ...plain, functionName: 'epochCount' }),
  ])
  const now = await timeOf(client)
  const epochs: CommitteeEpoch[] = []
  for (let epoch = count; epoch > 0; epoch--) {
    const state = await read(client, { ...plain, functionName: 'epochOf', args: [epoch] })
    const members = await Promise.all(state.members.map((member) => getCommitteeMember(client, { committee, member })))
    epochs.unshift({ ...state, epoch, members })
    if (state.endsAt !== 0n && state.endsAt <= now) break
  }
  return { ...rules, governance, chunkDeposit, burned, epochs }
}

/** How an account stands with a committee. @throws {ClientError} what every reading action throws. */
export async function getCommitteeMember(
  client: L2Client,
  { committee, member }: CommitteeParameters & { readonly member: Address },
): Promise<CommitteeMember> {
  const call = { address: committee, abi: dataCommitteeAbi, functionName: 'memberOf', args: [member] } as const
  return { member, ...(await read(client, call)) }
}

async function timeOf(client: L2Client): Promise<bigint> {
  const { timestamp } = await getBlock(client).catch((error) => {
    throw noAnswer(error)
  })
  return timestamp
}
