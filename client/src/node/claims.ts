import { sameBytes } from '@parley/protocol/light'
import type { Address } from 'viem'
import { ClientError } from '../faults.ts'
import type { L2Client } from '../l2/client.ts'
import { getClaim, getFinalNumber, type StandingClaim } from '../rollup/get-claim.ts'
import type { StateAnswer } from './answers.ts'
import type { Grade } from './grade.ts'

/** Where claims are read: an L2 that the application chose, not one that the node names. */
export interface L2Deps {
  readonly client: L2Client
  readonly rollup: Address
}

/** Block of the L2 with the event of a claim, as the node says; undefined when it knows no such claim. */
export type AskL2Block = (claim: bigint, signal: AbortSignal | undefined) => Promise<bigint | undefined>

/** The claim that ends with the answered state. @throws {ClientError} `STATE_ROOT_MISMATCH` when the L2 has another root there. */
export async function claimOf(
  { claim, endsClaim, stateRoot }: StateAnswer,
  l2: L2Deps,
  askL2Block: AskL2Block,
  signal: AbortSignal | undefined,
): Promise<StandingClaim | undefined> {
  if (claim === undefined || !endsClaim) return undefined
  const standing = await claimNumbered(claim, l2, askL2Block, signal)
  if (standing !== undefined && !sameBytes(standing.stateRoot, stateRoot))
    throw new ClientError({ code: 'STATE_ROOT_MISMATCH', expected: standing.stateRoot, received: stateRoot })
  return standing
}

/** The last block that is final, by the L2; 0 while none is known to be. */
export async function finalBlock(l2: L2Deps, askL2Block: AskL2Block, signal: AbortSignal | undefined): Promise<bigint> {
  const number = await getFinalNumber(l2.client, l2)
  if (number === 0n) return 0n
  const claim = await claimNumbered(number, l2, askL2Block, signal)
  return claim?.final === true ? claim.block : 0n
}

export function gradeOf(claim: StandingClaim | undefined): Grade {
  if (claim === undefined) return 'node'
  return claim.final ? 'final' : 'claimed'
}

/** The node only says where the event is. */
async function claimNumbered(
  number: bigint,
  l2: L2Deps,
  askL2Block: AskL2Block,
  signal: AbortSignal | undefined,
): Promise<StandingClaim | undefined> {
  const l2Block = await askL2Block(number, signal)
  if (l2Block === undefined) return undefined
  return getClaim(l2.client, { rollup: l2.rollup, number, l2Block })
}
