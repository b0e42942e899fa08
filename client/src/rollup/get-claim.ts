import { rollupAbi } from '@parley/contracts'
import type { Bytes32 } from '@parley/protocol/light'
import { type DecodeEventLogReturnType, decodeEventLog, getAbiItem, type Hash, hexToBytes, keccak256 } from 'viem'
import { getLogs } from 'viem/actions'
import { ClientError } from '../faults.ts'
import type { L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { read } from '../l2/read.ts'
import type { RollupParameters } from './parameters.ts'

/** A claim that stands, as the L2 itself has it. */
export interface StandingClaim {
  readonly number: bigint
  readonly hash: Bytes32
  /** The last block it covers, and that block's time in milliseconds. */
  readonly block: bigint
  readonly timestamp: bigint
  /** Root of the state after that block: what proofs of this claim lead to. */
  readonly stateRoot: Bytes32
  /** L2 block that has its event. */
  readonly l2Block: bigint
  /** Nothing can remove it any more. */
  readonly final: boolean
}

export interface GetClaimParameters extends RollupParameters {
  readonly number: bigint
  /** L2 block that has the claim's event. Anybody may name it, such as a node: nothing is believed that does not hash to what the contract keeps. */
  readonly l2Block: bigint
}

const claimed = getAbiItem({ abi: rollupAbi, name: 'Claimed' })

/**
 * Reads a claim from the L2: its hash and finality from the contract, its contents from the event, checked against the hash.
 * @returns undefined when no such claim stands, or its event is not in that block.
 * @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 * @see docs/spec/settlement.md#claims
 */
export async function getClaim(client: L2Client, parameters: GetClaimParameters): Promise<StandingClaim | undefined> {
  return (await getWholeClaim(client, parameters))?.standing
}

/** What the rollup keeps of a claim that stands. */
export interface KeptClaim {
  readonly hash: Hash
  /** Whether nothing can remove it any more. Asked when it is called. @throws {ClientError} `L2_UNAVAILABLE`. */
  isFinal(): Promise<boolean>
}

/** The hash that stands under a number; undefined when none does. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function keptClaim(
  client: L2Client,
  { rollup, number }: RollupParameters & { readonly number: bigint },
): Promise<KeptClaim | undefined> {
  const hash = await standingHash(client, rollup, number)
  if (hash === undefined) return undefined
  const call = { address: rollup, abi: rollupAbi, functionName: 'isFinalClaim', args: [number, hash] } as const
  return { hash, isFinal: () => read(client, call) }
}

/** A claim, and all of it as the contract takes it back from its event. */
export interface WholeClaim {
  readonly standing: StandingClaim
  readonly claim: DecodeEventLogReturnType<typeof rollupAbi, 'Claimed'>['args']['claim']
}

/** As `getClaim`, with the claim whole. */
export async function getWholeClaim(
  client: L2Client,
  { rollup, number, l2Block }: GetClaimParameters,
): Promise<WholeClaim | undefined> {
  const [kept, logs] = await Promise.all([
    keptClaim(client, { rollup, number }),
    getLogs(client, { address: rollup, event: claimed, args: { number }, fromBlock: l2Block, toBlock: l2Block }).catch(
      (error) => {
        throw noAnswer(error)
      },
    ),
  ])
  const log = logs.find((each) => each.args.hash === kept?.hash && keccak256(each.data) === kept?.hash)
  if (kept === undefined || log === undefined) return undefined
  // Finality last: a claim that was final when it was asked for stands under this hash for ever.
  const final = await kept.isFinal()
  const { args } = decodeEventLog({ abi: [claimed], data: log.data, topics: log.topics })
  const { lastHeader } = args.claim
  const standing = {
    number,
    hash: hexToBytes(kept.hash),
    block: lastHeader.number,
    timestamp: lastHeader.timestamp,
    stateRoot: hexToBytes(lastHeader.stateRoot),
    l2Block,
    final,
  }
  return { standing, claim: args.claim }
}

export interface GetFinalNumberParameters extends RollupParameters {
  /** L2 block as of which it is asked; the latest when left out. */
  readonly blockHash?: Hash
}

/** Number of the newest final claim; 0 is genesis. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export function getFinalNumber(client: L2Client, { rollup, blockHash }: GetFinalNumberParameters): Promise<bigint> {
  const call = { address: rollup, abi: rollupAbi, functionName: 'finalNumber', args: [] } as const
  return read(client, { ...call, ...(blockHash !== undefined && { blockHash }) })
}

async function standingHash(
  client: L2Client,
  address: RollupParameters['rollup'],
  number: bigint,
): Promise<Hash | undefined> {
  try {
    return await read(client, { address, abi: rollupAbi, functionName: 'claimHash', args: [number] })
  } catch (error) {
    if (
      error instanceof ClientError &&
      error.fault.code === 'CONTRACT_REFUSED' &&
      error.fault.error === 'Rollup_UnknownClaim'
    )
      return undefined
    throw error
  }
}
