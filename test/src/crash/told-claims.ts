import { rollupAbi } from '@parley/contracts'
import type { BatchClaim } from '@parley/protocol'
import { claimFromAbi } from '@parley/settlement'
import { type Address, createPublicClient, http } from 'viem'

/** What the rollup told of claims, in order. */
export type ClaimEvent =
  | { readonly kind: 'claim'; readonly number: bigint; readonly claimer: string; readonly place: string }
  | { readonly kind: 'removal'; readonly standing: bigint }

export interface LieCounts {
  /** Claims of the liar. */
  readonly lies: number
  /** Of these, those that were taken back. */
  readonly removed: number
  /** Removals with which no lie fell. */
  readonly unprovoked: number
  /** Claims of everybody else that were made twice for one lineage and last block. */
  readonly claimedTwice: number
}

/** Counts what became of the claims of `liar`. */
export function countLies(events: readonly ClaimEvent[], liar: string): LieCounts {
  const lying = ({ claimer }: { readonly claimer: string }): boolean => claimer.toLowerCase() === liar.toLowerCase()
  let standing: (ClaimEvent & { readonly kind: 'claim' })[] = []
  const claims = events.filter((event) => event.kind === 'claim')
  let removed = 0
  let unprovoked = 0
  for (const event of events) {
    if (event.kind === 'claim') {
      standing.push(event)
      continue
    }
    const fallen = standing.filter(({ number }) => number > event.standing).filter(lying).length
    standing = standing.filter(({ number }) => number <= event.standing)
    removed += fallen
    if (fallen === 0) unprovoked += 1
  }
  const honest = claims.filter((claim) => !lying(claim)).map(({ place }) => place)
  return { lies: claims.filter(lying).length, removed, unprovoked, claimedTwice: honest.length - new Set(honest).size }
}

/** All claims and removals that an L2 has. */
export async function readClaimEvents(
  l2Url: string,
  rollup: Address,
): Promise<{ readonly events: readonly ClaimEvent[]; readonly claims: readonly BatchClaim[] }> {
  const client = createPublicClient({ transport: http(l2Url), cacheTime: 0 })
  const logs = await client.getContractEvents({ address: rollup, abi: rollupAbi, fromBlock: 0n, strict: true })
  const events: ClaimEvent[] = []
  const claims: BatchClaim[] = []
  for (const log of logs) {
    if (log.eventName === 'Removed') events.push({ kind: 'removal', standing: log.args.standing })
    if (log.eventName !== 'Claimed') continue
    const claim = claimFromAbi(log.args.claim)
    claims.push(claim)
    const place = `${log.args.claim.lineage} ${claim.lastHeader.number}`
    events.push({ kind: 'claim', number: claim.number, claimer: log.args.claim.claimer, place })
  }
  return { events, claims }
}
