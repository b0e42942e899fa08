import type { ChainClient, CheckedClaim } from '@parley/client'

/** Claims on one page. */
export const claimsOnPage = 20

export interface ClaimsPage {
  readonly latest: bigint
  readonly first: bigint
  readonly last: bigint
  /** The newest first. */
  readonly claims: readonly CheckedClaim[]
}

/** Claims up to one, each checked by itself; undefined while none stands. */
export async function claimsUpTo(
  chain: ChainClient,
  from: bigint | undefined,
  signal: AbortSignal,
): Promise<ClaimsPage | undefined> {
  const newest = await chain.claim('latest', signal)
  if (newest === undefined) return undefined
  const latest = newest.claim.number
  const last = from === undefined || from > latest ? latest : from
  const first = last <= BigInt(claimsOnPage) ? 1n : last - BigInt(claimsOnPage) + 1n
  const numbers = Array.from({ length: Number(last - first) + 1 }, (_, i) => last - BigInt(i))
  const found = await Promise.all(numbers.map((number) => (number === latest ? newest : chain.claim(number, signal))))
  return { latest, first, last, claims: found.filter((each) => each !== undefined) }
}
