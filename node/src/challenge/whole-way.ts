import { limits } from '@parley/protocol'
import { placesAtMost } from '../answers/claim.ts'
import type { ClaimContester } from './contester.ts'

/** Places that the claim with the most blocks and segments has: what may have to be asked for when all of it is withheld. */
export const placesOfLargest = placesAtMost(limits.blocksPerBatch, BigInt(limits.segmentsPerBatch), [false, false])

/** Wei that asking for so many places takes, a quarter more, as it is sent: fees may rise. */
export async function costOfPlaces(
  contester: Pick<ClaimContester, 'deposit'>,
  places: number,
  signal: AbortSignal,
): Promise<bigint> {
  return places === 0 ? 0n : (BigInt(places) * (await contester.deposit(signal)) * 5n) / 4n
}
