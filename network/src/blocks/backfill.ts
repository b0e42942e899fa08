import type { PeerId } from '@libp2p/interface'
import { networkLimits } from '../limits.ts'
import type { KeptBlocks } from './kept-blocks.ts'
import type { Puller } from './puller.ts'

export interface BackfillDeps {
  readonly kept: KeptBlocks
  readonly puller: Pick<Puller, 'back' | 'isComing'>
  /** Who has a block, the best first. */
  readonly servers: (number: bigint) => readonly PeerId[]
  /** Blocks behind the head that are wanted. */
  readonly historyBlocks: number
  readonly signal: AbortSignal
}

/**
 * Pulls blocks that are missing behind the highest one, each by the root that the block after it names as its parent: no
 * signature is needed for that. Goes on until there is none, or nobody serves the next one.
 * @returns blocks pulled.
 */
export async function backfill({ kept, puller, servers, historyBlocks, signal }: BackfillDeps): Promise<number> {
  let pulled = 0
  while (!signal.aborted) {
    const floor = kept.head - BigInt(historyBlocks) + 1n
    const missing = kept.missing(floor > 1n ? floor : 1n)
    if (missing === undefined) return pulled
    // Headers may come in another order than blocks were sealed in. Whoever pulls it keeps it in the same turn or the next.
    if (await puller.isComing(missing.root)) continue
    const wanted = missing.number - (floor > 1n ? floor : 1n) + 1n
    const count = Number(wanted < BigInt(networkLimits.blocksPerAnswer) ? wanted : networkLimits.blocksPerAnswer)
    let found = 0
    for (const peer of servers(missing.number).slice(0, networkLimits.pullAttempts)) {
      for (const view of await puller.back(peer, missing.number, missing.root, count)) {
        // What is pulled pushes nothing out that is nearer to the head.
        if (!(await kept.putOlder(view))) return pulled + found
        found += 1
      }
      if (found > 0) break
    }
    if (found === 0) return pulled
    pulled += found
  }
  return pulled
}
