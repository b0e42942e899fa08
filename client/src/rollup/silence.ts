import { rollupAbi, rollupOperatorAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { getCode } from 'viem/actions'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { RollupParameters } from './parameters.ts'

/** How rescues stand. Times in seconds of the L2, 0 for none. @see docs/spec/settlement.md#silence-and-rescue */
export interface SilenceState {
  /** The item that the silence declared last is about, and from when it may be rescued unless it is consumed before. */
  readonly index: bigint
  readonly opensAt: bigint
  /** Rescues may be made now. */
  readonly open: boolean
  /** Rescues have begun, and nobody else claims until the operator resumes. */
  readonly inRescue: boolean
  /** From when the operator may let ordinary claims return. */
  readonly resumesAt: bigint
}

/** @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function getSilence(client: L2Client, { rollup }: RollupParameters): Promise<SilenceState> {
  const [index, opensAt, open, inRescue, resumesAt] = await read(client, {
    address: rollup,
    abi: rollupAbi,
    functionName: 'silence',
    args: [],
  })
  return { index, opensAt, open, inRescue, resumesAt }
}

export type OperatingParameters = RollupParameters & WriteParameters

/**
 * Lets ordinary claims return after a rescue: the first call starts the notice, one after it ends the rescue. The account is the
 * rollup's operator, its governance, or the agent of the `RollupOperator` that operates it.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`.
 */
export async function resumeClaims(client: L2Client, parameters: OperatingParameters): Promise<Hash> {
  const { rollup } = parameters
  const { operator, isContract } = await operatorOf(client, rollup)
  if (!isContract)
    return write(client, { address: rollup, abi: rollupAbi, functionName: 'resume', args: [] }, parameters)
  return write(
    client,
    { address: operator, abi: rollupOperatorAbi, functionName: 'resume', args: [rollup] },
    parameters,
  )
}

export interface AnnouncedKey {
  /** The first block whose header it signs. */
  readonly from: bigint
  readonly key: Address
  /** Whose bond answers for the key: it must have called `answerFor`. */
  readonly bondOwner: Address
}

const noKey = '0x0000000000000000000000000000000000000000'

/**
 * Announces the key that signs headers from a block on. The account is the rollup's operator or, where a `RollupOperator`
 * operates it, its governance, which does so by a vote.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`, `ARGUMENT_INVALID`.
 */
export async function announceSequencer(
  client: L2Client,
  { from, key, bondOwner, ...parameters }: AnnouncedKey & OperatingParameters,
): Promise<Hash> {
  assertAddress('key', key)
  assertAddress('bondOwner', bondOwner)
  const { rollup } = parameters
  const entry = { from, key, receiptKey: noKey, bondOwner } as const
  const { operator, isContract } = await operatorOf(client, rollup)
  if (!isContract)
    return write(
      client,
      { address: rollup, abi: rollupAbi, functionName: 'announceSequencer', args: [entry] },
      parameters,
    )
  return write(
    client,
    { address: operator, abi: rollupOperatorAbi, functionName: 'announceSequencer', args: [rollup, entry] },
    parameters,
  )
}

/** Says that the account's bond answers for a key: nobody else can say so. @throws {ClientError} `ACCOUNT_MISSING`. */
export function answerFor(
  client: L2Client,
  { rollup, key, ...parameters }: { readonly key: Address } & OperatingParameters,
): Promise<Hash> {
  assertAddress('key', key)
  return write(client, { address: rollup, abi: rollupAbi, functionName: 'answerFor', args: [key] }, parameters)
}

/** The last block claimed. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function getHeadBlock(client: L2Client, { rollup }: RollupParameters): Promise<bigint> {
  const { blockNumber } = await read(client, { address: rollup, abi: rollupAbi, functionName: 'head', args: [] })
  return blockNumber
}

async function operatorOf(client: L2Client, rollup: Address) {
  const { operator } = await read(client, { address: rollup, abi: rollupAbi, functionName: 'parameters', args: [] })
  const code = await getCode(client, { address: operator }).catch((error) => {
    throw noAnswer(error)
  })
  return { operator, isContract: code !== undefined && code !== '0x' }
}
