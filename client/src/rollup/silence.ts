import { rollupAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import { type OperatingParameters, operate } from './operator.ts'
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

/**
 * Lets ordinary claims return after a rescue: the first call starts the notice, one after it ends the rescue. The account is the
 * rollup's operator, its governance, or the agent of the `RollupOperator` that operates it.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`.
 */
export function resumeClaims(client: L2Client, parameters: OperatingParameters): Promise<Hash> {
  return operate(client, 'resume', [], parameters)
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
  return operate(client, 'announceSequencer', [{ from, key, receiptKey: noKey, bondOwner }], parameters)
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
