import type { SealedRuns } from '@parley/execution'
import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  type ChainConfig,
  genesisHeader,
  limits,
  type Prices,
  pricesAfter,
  type QueuedItem,
  type RunsView,
  ShardType,
  segmentsOf,
  stateRoot,
} from '@parley/protocol'
import type { Opening } from './journal-records.ts'

/** Where the sealed chain ends. */
export interface Tip {
  readonly header: BlockHeader
  /** Root of the header. */
  readonly root: Bytes32
  readonly shardRoots: readonly Bytes32[]
  /** Prices of the state after the block. */
  readonly prices: Prices
}

export function tipOf(header: BlockHeader, shardRoots: readonly Bytes32[], prices: Prices): Tip {
  return { header, root: BlockHeaderType.hashTreeRoot(header), shardRoots, prices }
}

export function genesisTip(config: ChainConfig): Tip {
  const header = genesisHeader(config)
  const empty = ShardType.hashTreeRoot(ShardType.defaultValue())
  const shardRoots = Array.from({ length: limits.shards }, () => empty)
  return tipOf(header, shardRoots, config.genesis.prices)
}

/** The tip after a block of `items` and `sealed` runs that was opened with `opening` on top of `parent`. */
export function nextTip(
  parent: Tip,
  opening: Opening,
  items: readonly QueuedItem[],
  sealed: Pick<SealedRuns, 'runsRoot' | 'shardRoots'> & { readonly view: Pick<RunsView, 'runs'> },
): Tip {
  const inboxCount = opening.inboxFrom + BigInt(items.length)
  const prices = pricesAfter(opening.prices, items)
  const { number, timestamp, lineage } = opening
  const header: BlockHeader = {
    number,
    parent: parent.root,
    timestamp,
    lineage,
    inboxCount,
    segmentCount: parent.header.segmentCount + BigInt(segmentsOf(sealed.view.runs)),
    inboxHash: opening.inboxHash,
    prices: opening.prices,
    runsRoot: sealed.runsRoot,
    stateRoot: stateRoot(sealed.shardRoots, { inboxCount, prices, blockNumber: number, timestamp }),
  }
  return tipOf(header, sealed.shardRoots, prices)
}
