import {
  domainSeparator,
  type SegmentPlace,
  type Shard,
  ShardType,
  type State,
  type StateOfRoots,
} from '@parley/protocol'
import { openingsOf, type ProofSources } from '@parley/protocol/fraud'
import { blockContext, executeSegment } from '@parley/protocol/reference'
import type { Batch, Ground } from './draft.ts'
import { replay } from './judge.ts'

/**
 * What is known of a batch beside its parts, by the reference alone.
 * @param points - Numbers of items after which the inbox had a new price point, in order; the first is 0.
 */
export function sourcesOf(
  ground: Ground,
  batch: Pick<Batch, 'core' | 'witness'>,
  points: readonly bigint[],
): ProofSources {
  const { config, parent, window } = ground
  return {
    chainId: config.chainId,
    separator: domainSeparator(config.chainId, config.inbox),
    fees: config.fees,
    parentNumber: parent.number,
    parentInboxCount: parent.inboxCount,
    shardBefore: (place) => openingsOf(shardBefore(ground, batch, place)),
    stateBefore: (block) => rootsOf(replay(ground, batch, block).state),
    pricePoint: (count) => points.findLastIndex((after) => after <= count),
    itemAt: (index) => itemAt(window.waiting, parent.inboxCount, index).item,
  }
}

/** The shard of a segment as it stands before it, as long as everything before it is right. */
function shardBefore(ground: Ground, batch: Pick<Batch, 'core' | 'witness'>, place: SegmentPlace): Shard {
  const { config, verifier, window, parent } = ground
  const { state } = replay(ground, batch, place.block)
  const block = batch.core[place.block]
  const run = block?.runs[place.run]
  const shard = state.shards[run?.shard ?? -1]
  if (block === undefined || run === undefined || shard === undefined) throw new RangeError('there is no such segment')
  const context = blockContext(config, verifier, block.header.timestamp, state.prices)
  run.segments.slice(0, place.segment).forEach(({ body }, s) => {
    const signatures = batch.witness[place.block]?.[place.run]?.[s] ?? []
    executeSegment(
      shard,
      run.shard,
      body,
      signatures,
      (item) => itemAt(window.waiting, parent.inboxCount, item),
      context,
    )
  })
  return shard
}

function itemAt(waiting: Ground['window']['waiting'], first: bigint, index: bigint) {
  const queued = index < first ? undefined : waiting[Number(index - first)]
  if (queued === undefined) throw new RangeError(`no item ${index}`)
  return queued
}

/** A state in which every shard stands for itself by its root. */
export const rootsOf = (state: State): StateOfRoots => ({
  ...state,
  shards: state.shards.map((shard) => ShardType.hashTreeRoot(shard)),
})
