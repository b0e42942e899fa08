import type { Execution } from '@parley/execution'
import type { ChainConfig, Clock, Journal, SettlementReader, SignatureVerifier } from '@parley/protocol'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { SealedChain } from '../chain/sealed-chain.ts'
import type { HeaderSigner } from '../chain/signer.ts'
import { genesisTip } from '../chain/tip.ts'
import type { BytesLevel } from '../level.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import type { Settings } from '../options.ts'
import { demandChain } from '../settlement/demand-chain.ts'
import { Finality } from '../settlement/finality.ts'
import { InboxFollower } from '../settlement/inbox-follower.ts'
import { BlockStore } from '../store/block-store.ts'
import { FinalityStore } from '../store/finality-store.ts'
import { InboxStore } from '../store/inbox-store.ts'
import { SnapshotStore } from '../store/snapshot-store.ts'
import { Intake } from './intake.ts'
import { LoopWatch } from './loop-watch.ts'
import { Producer } from './producer.ts'
import { recover } from './recovery.ts'
import { Snapshotter } from './snapshotter.ts'

/** What a sequencer needs of its surroundings. Whoever made these closes them, after `stop`. */
export interface SequencerDeps {
  /** As the contracts have it; compared with them at the start. */
  readonly config: ChainConfig
  /** Lanes of the same config, at the genesis state. */
  readonly execution: Execution
  readonly journal: Journal
  /** Holds blocks, inbox items and snapshots; nothing else. */
  readonly store: BytesLevel
  readonly settlement: SettlementReader
  readonly signer: HeaderSigner
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
  readonly finality: Finality
  readonly intake: Intake
  readonly producer: Producer
  readonly snapshotter: Snapshotter
  readonly loop: LoopWatch
  readonly metrics: Metrics
  /** What keeps it from taking anything; undefined when nothing does. */
  unreadyBecause(): string | undefined
}

/**
 * Checks the chain, recovers the state and puts the parts together; nothing runs yet.
 * @param fail - Called when something ended that must not end.
 */
export async function preparePipeline(
  deps: SequencerDeps,
  settings: Settings,
  fail: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Pipeline> {
  const { execution, journal, store, settlement, config, clock, log, signer, verifier } = deps
  await store.open()
  const blocks = await BlockStore.open(store)
  const inboxStore = await InboxStore.open(store)
  const snapshots = new SnapshotStore(store)
  const chain = new SealedChain({ config, blocks, signer, verifier })
  const genesis = genesisTip(config)
  const sealedRoot = async (lineage: Uint8Array, number: bigint) =>
    number === 0n ? genesis.root : blocks.signedRoot(lineage, number)
  await demandChain({ config, settlement, store, sealedRoot, sequencer: signer.address }, signal)
  const recovered = await recover({ execution, journal, chain, inbox: inboxStore, snapshots, log })

  const metrics: Metrics = createMetrics(deps.registry, {
    unanswered: () => intake.unanswered,
    queued: () => execution.load().queued,
    journalPendingBytes: () => journal.pendingBytes,
  })
  for (const [part, tookMs] of Object.entries(recovered.tookMs)) metrics.recovery.set({ part }, tookMs / 1000)
  const onAnswered = (waitedMs: number): void => metrics.acceptance.observe(waitedMs / 1000)
  const arrived = (): void => producer.arrived()
  const intake: Intake = new Intake({ execution, journal, clock, onAnswered }, settings.load, arrived)
  const follow = { settlement, clock, log }
  const inbox = new InboxFollower(
    { ...follow, store: inboxStore, forceDelayMs: config.forceDelayMs, moved: arrived },
    recovered.base.inboxCount + BigInt(recovered.open?.items.length ?? 0),
  )
  const finality: Finality = new Finality({
    ...follow,
    lineage: chain.tip.header.lineage,
    sealedRoot,
    store: new FinalityStore(store),
    moved: () => {
      metrics.finality.set({ level: 'claimed' }, Number(finality.claimed))
      metrics.finality.set({ level: 'final' }, Number(finality.final))
    },
  })
  const snapshotter = new Snapshotter(
    { execution, journal, chain, store: snapshots, log, metrics, finalBlock: () => finality.final, fail },
    settings.storage,
    recovered.snapshot,
  )
  const producer: Producer = new Producer(
    { execution, journal, chain, inbox, intake, snapshotter, clock, log, metrics, fail },
    settings,
    recovered,
  )
  const unreadyBecause = (): string | undefined => {
    if (!inbox.caughtUp) return 'the L2 has not been followed to its head'
    if (producer.blockedSince !== undefined) return 'the L2 is too far behind to open a block'
    return intake.refusal(1)?.fault.code
  }
  const loop = new LoopWatch({ log, lag: metrics.loopLag, now: () => performance.now() }, settings.loopBudgetMs)
  return { chain, inbox, inboxStore, finality, intake, producer, snapshotter, loop, metrics, unreadyBecause }
}
