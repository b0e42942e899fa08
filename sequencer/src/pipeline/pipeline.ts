import type { Execution } from '@parley/execution'
import {
  type Bytes20,
  type ChainConfig,
  type HeadLag,
  headLag,
  type Journal,
  type SequencerKey,
  type SettlementReader,
  type SignatureVerifier,
  sameBytes,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { Backpressure } from '../backpressure/backpressure.ts'
import { Producer } from '../block-producer/producer.ts'
import { Snapshotter } from '../block-producer/snapshotter.ts'
import { assertHeadersKnown, type HeaderWitness } from '../chain/assert-headers-known.ts'
import { SealedChain } from '../chain/sealed-chain.ts'
import type { HeaderSigner } from '../chain/signer.ts'
import { genesisTip } from '../chain/tip.ts'
import { Intake } from '../ingress/intake.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import type { Settings } from '../options.ts'
import { assertChain, assertClaimedHere } from '../settlement/assert-chain.ts'
import { awaitLineage } from '../settlement/await-lineage.ts'
import { BlockTime } from '../settlement/block-time.ts'
import { Finality, type SealedRoot } from '../settlement/finality.ts'
import { InboxFollower } from '../settlement/inbox-follower.ts'
import { ScheduleWatch } from '../settlement/schedule-watch.ts'
import { BlockStore } from '../store/block-store.ts'
import { FinalityStore } from '../store/finality-store.ts'
import { InboxStore } from '../store/inbox-store.ts'
import { SignedHeaders } from '../store/signed-headers.ts'
import { SnapshotStore } from '../store/snapshot-store.ts'
import { VoidStore } from '../store/void-store.ts'
import { actOnRemovals } from './act-on-removals.ts'
import { LoopWatch } from './loop-watch.ts'
import { recover } from './recovery.ts'
import { Resubmission } from './resubmission.ts'
import { recoverStandingBy, type Shared } from './stand-by.ts'

/** What a sequencer needs of its surroundings. Whoever made these closes them, after `stop`. */
export interface SequencerDeps {
  /** As the contracts have it; compared with them at the start. */
  readonly config: ChainConfig
  /** Lanes of the same config, at the genesis state. */
  readonly execution: Execution
  readonly journal: Journal
  /** That journal, when other sequencers share it; left out when it is this one's alone. */
  readonly shared?: Shared
  /** Holds blocks, inbox items and snapshots; nothing else. */
  readonly store: BytesLevel
  readonly settlement: SettlementReader
  readonly signer: HeaderSigner
  /** Beside the key, not in the data directory: what the key has signed. */
  readonly signedHeaders: BytesLevel
  /** Who is asked at the start which headers were signed. */
  readonly witnesses: readonly HeaderWitness[]
  /** Checks the headers that the signer signs. @default the portable verifier: some milliseconds a block. */
  readonly verifier?: SignatureVerifier
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** Everything behind the HTTP server. */
export interface Pipeline {
  readonly chain: SealedChain
  readonly inbox: InboxFollower
  readonly inboxStore: InboxStore
  readonly voids: VoidStore
  /** How far the last sealed header is behind the L2; undefined before the L2 was read. */
  readonly lag: () => Promise<HeadLag | undefined>
  readonly finality: Finality
  readonly intake: Intake
  readonly producer: Producer
  /** The time that blocks are given. */
  readonly time: BlockTime
  readonly resubmission: Resubmission
  readonly snapshotter: Snapshotter
  readonly loop: LoopWatch
  readonly backpressure: Backpressure
  readonly metrics: Metrics
  /** What keeps it from taking anything; undefined when nothing does. */
  unreadyBecause(): string | undefined
}

/**
 * Checks the chain, recovers the state and puts the parts together; nothing runs yet.
 * @param fail - Called when something ended that must not end.
 * @param waits - Told what it waits for, each time that changes.
 */
export async function preparePipeline(
  deps: SequencerDeps,
  settings: Settings,
  fail: (error: unknown) => void,
  waits: (because: string) => void,
  signal: AbortSignal,
): Promise<Pipeline> {
  const { execution, journal, store, settlement, config, clock, log, signer, verifier } = deps
  const stores = await openStores(store)
  const { blocks, inboxStore, snapshots, voids } = stores
  const signed = await SignedHeaders.open(deps.signedHeaders, config)
  const chain = new SealedChain({ config, blocks, signer, signed, verifier, signal })
  const sealedRoot = sealedRootOf(config, stores)
  const claimed = await assertChain({ config, settlement, store, sequencer: signer.address }, signal)
  const { shared } = deps
  const assertClaimed = (): Promise<void> => assertClaimedHere({ settlement, sealedRoot, head: blocks.head }, signal)
  if (shared === undefined) await assertClaimed()
  const follow = { settlement, clock, log }
  const following = { ...follow, store: inboxStore, config }
  await awaitLineage({ ...following, waits, moved: () => undefined }, voids.ranges.length, signal)
  waits(restoring(inboxStore, voids))
  const act = (appends: boolean): Promise<void> =>
    actOnRemovals({ config, journal, appends, blocks, snapshots, inbox: inboxStore, voids, log })
  await act(shared === undefined)
  const recovery = { execution, journal, chain, inbox: inboxStore, snapshots, voids, log }
  const recovered =
    shared === undefined
      ? await recover(recovery)
      : await recoverStandingBy({ ...recovery, ...following, shared, actOnRemovals: () => act(true) }, signal)
  // What is claimed may have been sealed elsewhere, and is here only now.
  if (shared !== undefined) await assertClaimed()
  waits('others are asked which headers are signed')
  const head = { lineage: chain.lineage, number: chain.tip.header.number }
  // A journal may have an opening already: no header follows from it before it is sealed.
  const isNewChain = head.number === 0n && claimed.number === 0n && voids.ranges.length === 0
  const { keys } = await settlement.schedule(signal)
  const fresh = isNewChain || (await isNewKey(blocks, keys, signer.address))
  const lineages = [...voids.ranges.map(({ ended }) => ended), head]
  await assertHeadersKnown(
    {
      signed,
      witnesses: deps.witnesses,
      lineages,
      fresh,
      isShared: shared !== undefined,
      rootOf: sealedRoot,
      log,
    },
    settings.alone,
    signal,
  )

  // Metrics are told while the rest is put together.
  let built: Pick<Pipeline, 'intake' | 'lag' | 'backpressure'> | undefined
  const metrics: Metrics = createMetrics(deps.registry, {
    unanswered: () => built?.intake.unanswered ?? 0,
    queued: () => execution.load().queued,
    journalPendingBytes: () => journal.pendingBytes,
    lag: async () => built?.lag(),
    dataLag: () => built?.backpressure.now(),
  })
  for (const [part, tookMs] of Object.entries(recovered.tookMs)) metrics.recovery.set({ part }, tookMs / 1000)
  const onAnswered = (waitedMs: number): void => metrics.acceptance.observe(waitedMs / 1000)
  const arrived = (): void => producer.arrived()
  const time = new BlockTime(clock)
  // Blocks that count offers have no time to be late by.
  const now = (): number | undefined => (settings.virtual === undefined && time.isKnown ? time.now() : undefined)
  const backpressure = new Backpressure({ clock, now, log, roomAgain: () => intake.lookAgain(), signal }, settings.lag)
  await findUnclaimed(backpressure, blocks, claimed.number)
  const intake: Intake = new Intake({ execution, journal, clock, backpressure, onAnswered }, settings.load, arrived)
  const inbox = new InboxFollower(
    { ...following, moved: arrived },
    {
      items: recovered.base.inboxCount + BigInt(recovered.open?.items.length ?? 0),
      removals: voids.ranges.length,
    },
  )
  const ofKey = { sequencer: signer.address, claimed: () => finality.claimed }
  const schedule = await ScheduleWatch.open({ settlement, fees: config.fees, ...ofKey, log }, signal)
  const finality: Finality = new Finality({
    ...follow,
    sealedRoot,
    store: new FinalityStore(store),
    took: (events) => schedule.took(events),
    time,
    moved: () => {
      arrived()
      backpressure.claimed(finality.claimed)
      metrics.finality.set({ level: 'claimed' }, Number(finality.claimed))
      metrics.finality.set({ level: 'final' }, Number(finality.final))
    },
  })
  const snapshotter = new Snapshotter(
    {
      execution,
      journal,
      chain,
      store: snapshots,
      log,
      metrics,
      finalBlock: () => finality.final,
      neededFrom: () => voids.neededFrom,
      fail,
    },
    settings.storage,
    recovered.snapshot,
  )
  const producer: Producer = new Producer(
    { execution, journal, chain, inbox, intake, schedule, snapshotter, backpressure, clock, time, log, metrics, fail },
    settings,
    recovered,
  )
  const lag = async (): Promise<HeadLag | undefined> => {
    const { inboxCount, timestamp } = chain.tip.header
    if (inbox.time === undefined) return undefined
    const oldest = inboxCount < inboxStore.count ? await inboxStore.item(inboxCount) : undefined
    return headLag(inbox.time, timestamp, oldest)
  }
  const resubmission = new Resubmission({ journal, voids, intake, clock, log, metrics })
  const unreadyBecause = (): string | undefined => {
    const fault = inbox.fault.current ?? finality.fault.current
    if (fault !== undefined) return `the L2 cannot be followed: ${fault.message}`
    const unsigned = signer.unreadyBecause?.()
    if (unsigned !== undefined) return unsigned
    if (!inbox.caughtUp || !time.isKnown) return 'the L2 has not been followed to its head'
    if (producer.waitsForL2) return 'the L2 is too far behind to open a block'
    const until = producer.clockBehindUntil
    if (until !== undefined) return `opening waits for the clock, until ${toIso(until)}`
    if (schedule.waitsForClaims) return 'another key signs from the next block on, and begins when all is claimed'
    if (resubmission.unfinished) return 'entries of removed blocks are offered again'
    return intake.refusal(1)?.fault.code
  }
  built = { intake, lag, backpressure }
  const loop = new LoopWatch({ log, lag: metrics.loopLag, now: () => performance.now() }, settings.loopBudgetMs)
  return {
    chain,
    inbox,
    inboxStore,
    voids,
    lag,
    finality,
    intake,
    producer,
    time,
    resubmission,
    snapshotter,
    loop,
    backpressure,
    metrics,
    unreadyBecause,
  }
}

/** What a start does before it asks others. */
function restoring({ standing }: InboxStore, { ranges }: VoidStore): string {
  const removal = standing.removals.slice(ranges.length).at(-1)
  if (removal === undefined) return 'the state is restored'
  return `claims were removed: the state goes back to block ${removal.block}, the last one left standing`
}

/** Blocks that are looked at when a sequencer starts; those between count as they do. */
const blocksLookedAt = 256

/** What was sealed before and is not claimed, nearly. */
async function findUnclaimed(backpressure: Backpressure, blocks: BlockStore, claimed: bigint): Promise<void> {
  const step = (blocks.head - claimed) / BigInt(blocksLookedAt) + 1n
  for (let number = claimed + step; number <= blocks.head; number += step) {
    const bytes = await blocks.bytes(number)
    const header = await blocks.header(number)
    if (bytes !== undefined && header !== undefined)
      backpressure.found(number, bytes.length * Number(step), Number(header.timestamp))
  }
}

/** Whether a key that began later than the chain has not signed any header: whoever sealed the blocks before. */
async function isNewKey(blocks: BlockStore, keys: readonly SequencerKey[], key: Bytes20): Promise<boolean> {
  const first = keys.find((entry) => sameBytes(entry.key, key))
  if (first === undefined || first.from === 0n) return false
  for (let number = first.from; number <= blocks.head; number += 1n)
    if (!(await blocks.isUnsigned(number))) return false
  return true
}

interface Stores {
  readonly blocks: BlockStore
  readonly inboxStore: InboxStore
  readonly snapshots: SnapshotStore
  readonly voids: VoidStore
}

async function openStores(store: BytesLevel): Promise<Stores> {
  await store.open()
  return {
    blocks: await BlockStore.open(store),
    inboxStore: await InboxStore.open(store),
    snapshots: new SnapshotStore(store),
    voids: await VoidStore.open(store),
  }
}

/** Roots of the headers signed here, in any lineage. */
function sealedRootOf(config: ChainConfig, { blocks, voids }: Stores): SealedRoot {
  const genesis = genesisTip(config)
  return async (lineage, number) => {
    if (number === 0n) return genesis.root
    const stored = await blocks.signedRoot(lineage, number)
    if (stored !== undefined) return stored
    // The last header of a lineage may have been marked and not stored when its process ended.
    return voids.ranges.find(({ ended }) => ended.number === number && sameBytes(ended.lineage, lineage))?.ended.root
  }
}

/** Dates end in the year 275760; a genesis may be given beyond. */
function toIso(ms: number): string {
  return ms <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`
}
