import { type CodedError, type HeadLag, headLag } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { VerifiedChain } from './derive/verified-chain.ts'
import type { L2Contact } from './l2/contact.ts'
import type { L2Log } from './l2/l2-log.ts'
import type { NodeMeasured } from './metrics.ts'
import type { NodeProgress, NodeState } from './progress.ts'
import { standingOf } from './readiness.ts'
import type { Joined } from './store/chain-records.ts'
import type { ChainStore } from './store/chain-store.ts'
import type { WatchStatus } from './watch/watch.ts'

/** A claim and the last block it covers; the block is undefined while the claim is not verified here. */
export interface Level {
  readonly claim: bigint
  readonly block: bigint | undefined
}

/** Everything a person or a monitor asks first. */
export interface NodeStatus {
  readonly state: NodeState
  /** What keeps the node from going on, and the claim it is about. */
  readonly fault: ReturnType<CodedError['toJSON']> | undefined
  readonly faultClaim: bigint | undefined
  /** Last block whose roots were all found equal. */
  readonly block: bigint
  readonly timestamp: bigint | undefined
  readonly stateRoot: Uint8Array | undefined
  readonly shardRoots: readonly Uint8Array[] | undefined
  readonly rootsCompared: bigint
  readonly rootsEqual: bigint
  readonly finality: { readonly claimed: Level; readonly verified: Level; readonly final: Level }
  /** Where this node joined by a snapshot; undefined when it verified everything itself. */
  readonly joined: Joined | undefined
  readonly l2: { readonly block: bigint; readonly time: bigint; readonly inboxItems: bigint } | undefined
  /** Of the last verified header; undefined before the L2 was read and a state restored. */
  readonly lag: HeadLag | undefined
  /** Watching of soft confirmations. */
  readonly watch: WatchStatus
}

export interface StatusSources {
  readonly progress: NodeProgress
  readonly contact: L2Contact
  readonly l2: L2Log
  readonly store: ChainStore
  /** Undefined before the first restoration. */
  readonly chain: () => VerifiedChain | undefined
  readonly clock: Clock
  readonly watch: { readonly status: WatchStatus }
}

/** How far the last verified header is behind the L2. */
export async function lagOf({ l2, chain }: Pick<StatusSources, 'l2' | 'chain'>): Promise<HeadLag | undefined> {
  const header = chain()?.published('latest')?.state.header
  if (header === undefined || l2.summary === undefined) return undefined
  const [oldest] = await l2.queue(header.inboxCount, 1)
  return headLag(l2.summary.time, header.timestamp, oldest)
}

export async function statusOf(sources: StatusSources): Promise<NodeStatus> {
  const { progress, contact, l2, store, chain } = sources
  const { tip } = store
  const { summary } = l2
  const state = chain()?.published('latest')?.state
  const standing = standingOf(progress, contact)
  const level = async (claim: bigint): Promise<Level> => ({
    claim,
    block: claim === 0n ? 0n : claim <= tip.claim ? (await store.claim(claim))?.last : undefined,
  })
  return {
    state: standing.state,
    fault: standing.fault?.toJSON(),
    faultClaim: standing.fault === undefined ? undefined : progress.claim?.claim.number,
    block: state?.header.number ?? tip.block,
    timestamp: state?.header.timestamp,
    stateRoot: state?.header.stateRoot,
    shardRoots: state?.shardRoots,
    rootsCompared: tip.rootsCompared,
    rootsEqual: tip.rootsEqual,
    finality: {
      claimed: await level(summary?.claim ?? 0n),
      verified: { claim: tip.claim, block: tip.claimBlock },
      final: await level(summary?.final ?? 0n),
    },
    joined: store.joined,
    l2:
      summary === undefined
        ? undefined
        : { block: summary.cursor.blockNumber, time: summary.time, inboxItems: summary.items },
    lag: await lagOf(sources),
    watch: sources.watch.status,
  }
}

export function gaugesOf({ progress, contact, l2, store, clock }: StatusSources): NodeMeasured {
  const { tip } = store
  return {
    state: standingOf(progress, contact).state,
    verifiedBlock: Number(tip.block),
    verifiedClaim: Number(tip.claim),
    standingClaim: Number(l2.summary?.claim ?? 0n),
    finalClaim: Number(l2.summary?.final ?? 0n),
    rootsCompared: Number(tip.rootsCompared),
    rootsEqual: Number(tip.rootsEqual),
    l2LagSeconds: l2.summary === undefined ? 0 : Math.max(0, clock.now() - Number(l2.summary.time)) / 1000,
  }
}
