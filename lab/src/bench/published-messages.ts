import type { StandingClaim } from '@parley/cli/roles'
import { fetchPart } from '@parley/cli/roles'
import { type BlockSkeleton, BodyKind, type DataAvailability, decodeCore } from '@parley/protocol'

function messagesIn({ runs }: BlockSkeleton): number {
  let count = 0
  for (const { segments } of runs)
    for (const { body } of segments) if (body.selector === BodyKind.messages) count += body.value.length
  return count
}

/** Messages of every claimed block, read back from the layers that the claims name. */
export async function countPublished(
  claims: readonly StandingClaim[],
  layers: ReadonlyMap<number, DataAvailability>,
  signal: AbortSignal,
): Promise<ReadonlyMap<bigint, number>> {
  const counts = new Map<bigint, number>()
  for (const { claim } of claims) {
    const blocks = decodeCore(await fetchPart(claim.core, layers, signal))
    const first = claim.lastHeader.number - BigInt(blocks.length) + 1n
    blocks.forEach((block, i) => {
      counts.set(first + BigInt(i), messagesIn(block))
    })
  }
  return counts
}

/** Of messages accepted into blocks, how many those blocks hold as they were published. */
export function foundIn(published: ReadonlyMap<bigint, number>, byBlock: Readonly<Record<string, number>>): number {
  let found = 0
  for (const [block, accepted] of Object.entries(byBlock))
    found += Math.min(accepted, published.get(BigInt(block)) ?? 0)
  return found
}
