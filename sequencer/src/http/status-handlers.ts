import type { sequencerRoutes, ValueOf } from '@parley/api'
import type { Handlers } from '@parley/api/server'
import type { Execution } from '@parley/execution'
import type { Bytes20, HeadLag } from '@parley/protocol'
import type { Backpressure } from '../backpressure/backpressure.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import type { BlockTime } from '../settlement/block-time.ts'
import type { Finality } from '../settlement/finality.ts'
import type { InboxFollower } from '../settlement/inbox-follower.ts'
import type { VoidedRange, VoidStore } from '../store/void-store.ts'

export interface StatusDeps {
  readonly execution: Pick<Execution, 'lanes' | 'verifier' | 'load'>
  readonly chain: SealedChain
  readonly finality: Finality
  readonly inbox: InboxFollower
  readonly voids: Pick<VoidStore, 'ranges'>
  /** How far the last sealed header is behind the L2; undefined before the L2 was read. */
  readonly lag: () => Promise<HeadLag | undefined>
  readonly backpressure: Pick<Backpressure, 'now'>
  readonly time: BlockTime
  readonly sequencer: Bytes20
  readonly mode: 'live' | 'virtual'
  /** Entries that came in and are not answered. */
  readonly unanswered: () => number
  /** What keeps it from taking anything; undefined when nothing does. */
  readonly unreadyBecause: () => string | undefined
}

type Routes = ReturnType<typeof sequencerRoutes>

const removalsTold = 16

function pricesNow({ chain, time, mode }: StatusDeps) {
  const at = mode === 'live' ? BigInt(time.now()) : chain.tip.header.timestamp
  return { prices: chain.tip.prices, shards: chain.fees.quote(at, chain.tip.prices) }
}

function latestRemovals(ranges: readonly VoidedRange[]) {
  const first = Math.max(0, ranges.length - removalsTold)
  return ranges.slice(first).map(({ lineage, block, offered: { kept, fallen, done } }, i) => ({
    number: first + i,
    lineage,
    standing: block,
    kept,
    fallen,
    done,
  }))
}

function publishingOf(backpressure: StatusDeps['backpressure']) {
  const lag = backpressure.now()
  if (lag === undefined) return null
  const { stage, bytes, ageMs, ms, bytesPerSecond } = lag
  return { stage, lagBytes: bytes, lagMs: Math.round(ms ?? ageMs), bytesPerSecond: Math.round(bytesPerSecond) }
}

async function statusNow(deps: StatusDeps): Promise<ValueOf<NonNullable<Routes['status']['answer']>['json']>> {
  const { chain, execution, finality, inbox } = deps
  const { header, root } = chain.tip
  const lag = await deps.lag()
  return {
    config: chain.config,
    sequencer: deps.sequencer,
    mode: deps.mode,
    ready: deps.unreadyBecause() === undefined,
    lanes: execution.lanes,
    verifier: execution.verifier,
    lineage: chain.lineage,
    head: { ...header, root },
    finality: { sealed: header.number, claimed: finality.claimed, final: finality.final },
    inboxKnown: inbox.count,
    lag: lag === undefined ? null : { headerMs: lag.headerMs, oldestItemMs: lag.oldestItemMs ?? null },
    publishing: publishingOf(deps.backpressure),
    removals: latestRemovals(deps.voids.ranges),
    load: { unanswered: deps.unanswered(), ...execution.load() },
    ...pricesNow(deps),
  }
}

type StatusHandlers = Pick<Handlers<Routes>, 'status' | 'prices'>

/** For operators and for clients that look around. */
export function statusHandlers(deps: StatusDeps): StatusHandlers {
  return {
    status: () => statusNow(deps),
    prices: async () => pricesNow(deps),
  }
}
