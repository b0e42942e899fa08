import { type BlockHeader, type ChainConfig, sameBytes } from '@parley/protocol'
import type { L2Log } from '../l2/l2-log.ts'
import type { L2Facts } from './l2-facts.ts'

/** Whether a header binds who signed it, on the L2 as it is now. */
export type Binding = (header: BlockHeader) => Promise<boolean>

/**
 * As the contract has it: the header's lineage has begun, and its inboxHash is the inbox's. What was signed before a
 * reorganisation of the L2 that took an item of it away binds no more.
 */
export function createBinding(l2: L2Log, facts: Pick<L2Facts, 'hasBegun'>, config: ChainConfig): Binding {
  return async ({ lineage, inboxCount, inboxHash }) => {
    if (!sameBytes(lineage, config.genesis.lineage) && !facts.hasBegun(lineage)) return false
    if (inboxCount === 0n) return inboxHash.every((byte) => byte === 0)
    if (inboxCount > (l2.summary?.items ?? 0n)) return false
    const [last] = await l2.queue(inboxCount - 1n, 1)
    return last !== undefined && sameBytes(last.inboxHash, inboxHash)
  }
}
