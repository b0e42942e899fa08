import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { chooseVerifier, createExecution } from '@parley/execution'
import { ReplicaJournal } from '@parley/journal'
import type { ChainConfig } from '@parley/protocol'
import { raceAbort } from '@parley/runtime'
import { type BytesLevel, createSequencer, type Life, type SequencerOptions, startLives } from '@parley/sequencer'
import type { ChainReader } from '@parley/settlement'
import { Registry } from 'prom-client'
import { type Config, needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import type { Context } from '../process/context.ts'
import { collectLessOften } from '../process/heap.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { type StatusServer, startStatusServer } from '../process/status-server.ts'
import { segmentsPerBlock } from './block-bound.ts'
import { Closing } from './closing.ts'
import { DataDir } from './data-dir.ts'
import { failedOf } from './failed-of.ts'
import { assertHeaderKey, type HeaderSigning, openHeaderSigning } from './header-signer.ts'
import { headerWitness } from './header-witness.ts'
import {
  assertJournalIsDurable,
  type JournalStores,
  openConfiguredJournal,
  openJournalStores,
  sharedWhile,
} from './journal.ts'
import { openDataDir, openReader } from './l2.ts'
import { anyFailed, gossipBlocks, joinNetwork } from './network.ts'

/** Milliseconds of lag that are no sign of an outage: batches themselves take that long. */
const usualLagMs = 60_000

/** Items that no claim consumes for `silenceLimit` seconds let anyone void what was sealed. */
function forcedMsOf(lagForcedMs: number, silenceLimit: number): number {
  return Math.min(lagForcedMs, Math.max(usualLagMs, silenceLimit * 250))
}

function optionsOf(config: Config, port: number | undefined, silenceLimit: number): SequencerOptions {
  const { sequencer } = config
  const { minAgeMs, minOperations, maxWaitMs, blockEveryOffers, blockTimeMs, inboxItemsFirst } = sequencer
  const { alone, snapshotEveryBlocks, maxFeeds, maxFeedsPerAddress, maxBlockFeeds } = sequencer
  const { lagLargerMs: largerMs, lagLimitedMs: limitedMs, lagForcedMs } = sequencer
  return {
    sealing: { minAgeMs, minOperations, maxWaitMs },
    ...(blockEveryOffers === undefined ? {} : { virtual: { blockEveryOffers, blockTimeMs, inboxItemsFirst } }),
    http: { ...serverOptions(config, port), maxFeeds, maxFeedsPerAddress, maxBlockFeeds },
    lag: { largerMs, limitedMs, forcedMs: forcedMsOf(lagForcedMs, silenceLimit) },
    storage: { snapshotEveryBlocks },
    alone,
  }
}

/** Beside the key: two processes with one key meet at its lock, whatever copies of the data they have. */
function markPathOf(config: Config): string {
  const { key, signer, markDir } = config.sequencer
  if (signer !== undefined) return markDir ?? join(needed(config, 'run.dataDir'), 'signed')
  return markDir ?? (key?.file === undefined ? needed(config, 'sequencer.markDir') : `${key.file}.signed`)
}

/** The stores that all lives of a sequencer work over, and the L2 they read. */
interface Kept {
  readonly chain: ChainConfig
  readonly settlement: ChainReader
  readonly signing: HeaderSigning
  /** Takes the metrics of the L2's reader. */
  readonly registry: Registry
  readonly journal: JournalStores
  readonly blocks: BytesLevel
  readonly signedHeaders: BytesLevel
}

async function openKept(context: RoleContext, dataDir: DataDir, markDir: DataDir): Promise<Kept> {
  const registry = createRegistry()
  const settlement = await openReader(context, registry, dataDir)
  const { signer } = context.config.sequencer
  if (signer !== undefined) context.waitsFor(`the signer at ${signer}`)
  return {
    chain: await settlement.config(context.signal),
    settlement,
    signing: await openHeaderSigning(context),
    registry,
    journal: await openJournalStores(context, dataDir),
    blocks: await dataDir.bytes('sequencer blocks, snapshots, finality and inbox'),
    signedHeaders: await markDir.bytes('signed headers'),
  }
}

/** Makes a sequencer with lanes and metrics of its own. */
function beginLife(
  context: RoleContext,
  kept: Kept,
  port: number | undefined,
  yields: boolean,
  signal: AbortSignal,
): Promise<LifeWithLanes> {
  const { config, clock, log } = context
  return Closing.guard(async (closing) => {
    const { blockEveryOffers, maxSegments, nodes, relays } = config.sequencer
    const registry = Registry.merge([kept.registry])
    const { chain, settlement, signing, signedHeaders } = kept
    const execution = await createExecution(
      { config: chain, log: log.child({ part: 'execution' }) },
      {
        lanes: config.run.lanes ?? availableParallelism(),
        verifier: config.run.verifier,
        // Blocks by a clock that counts offers hold all of them, so they are bounded there.
        ...(blockEveryOffers === undefined && { segmentsPerBlock: segmentsPerBlock(config.da, maxSegments) }),
      },
    )
    closing.add(() => execution.close())
    if (kept.journal.places !== undefined)
      context.waitsFor(`the servers of the shared journal, ${config.journal.servers.join(', ')}`)
    const journal = await openConfiguredJournal(context, kept.journal, registry, yields, signal)
    closing.add(() => journal.close())
    await context.takePorts()
    const sequencer = createSequencer(
      {
        config: chain,
        execution,
        journal,
        ...(journal instanceof ReplicaJournal && {
          shared: sharedWhile(journal, () => serveStandingBy(context, journal, Registry.merge([registry]), port)),
        }),
        store: kept.blocks,
        settlement,
        signer: signing.signer,
        signedHeaders,
        witnesses: [
          ...(signing.witness === undefined ? [] : [signing.witness]),
          ...nodes.map((place) => headerWitness(place, false)),
          ...relays.map((place) => headerWitness(place, true)),
        ],
        verifier: chooseVerifier(config.run.verifier),
        clock,
        log,
        registry,
      },
      optionsOf(config, port, settlement.silenceLimit),
    )
    const { lanes, verifier } = execution
    return { sequencer, ready: { lanes, verifier }, close: () => closing.close() }
  })
}

/** Answers in the place of a sequencer that stands by: it takes nothing. */
function serveStandingBy(
  { config, clock, log }: Context,
  journal: ReplicaJournal,
  metrics: Registry,
  port: number | undefined,
): Promise<StatusServer> {
  return startStatusServer(
    {
      clock,
      log,
      metrics,
      status: () => ({ role: 'standby', ...journal.term, journal: journal.next }),
      unreadyBecause: () => `stands by: ${journal.term.leader || 'nobody'} leads term ${journal.term.term}`,
      latestBlock: () => undefined,
    },
    serverOptions(config, port),
  )
}

interface LifeWithLanes extends Life {
  readonly ready: { readonly lanes: number; readonly verifier: string }
}

/** Calls `handOver` each time the process is asked to let another one lead. */
async function whenAsked({ handover }: Context, ended: AbortSignal, handOver: () => void): Promise<void> {
  if (handover === undefined) return
  while (!ended.aborted) {
    // Which of the two came is looked at next.
    await raceAbort(handover.next(), ended).catch(() => undefined)
    if (!ended.aborted) handOver()
  }
}

/** Starts the sequencer: takes messages, keeps its journal, seals blocks; it starts again within when claims are removed. */
export function startSequencer(context: RoleContext): Promise<Service> {
  collectLessOften()
  return Closing.guard(async (closing) => {
    const { config, clock, log } = context
    // Before anybody is asked, and before the mark that lies beside the key.
    assertHeaderKey(config)
    const markPath = markPathOf(config)
    const dataDir = await openDataDir(context, closing)
    const markDir = new DataDir({ path: markPath }, closing)
    const kept = await openKept(context, dataDir, markDir)
    await assertJournalIsDurable(context)
    const { settlement, registry } = kept
    const gossip = await joinNetwork(context, { settlement, dataDir, registry }, closing)
    // A life may stand by for ever before it is one.
    const ending = new AbortController()
    const ended = AbortSignal.any([context.signal, ending.signal])
    let ready: LifeWithLanes['ready'] | undefined
    let yields = false
    const lives = await startLives(async (port) => {
      const life = await beginLife(context, kept, port, yields, ended)
      yields = false
      ready = life.ready
      return life
    }, ended)
    closing.add(() => lives.stop())
    const isShared = kept.journal.places !== undefined
    void whenAsked(context, ended, () => {
      const handsOver = isShared && lives.handOver()
      yields ||= handsOver
      log.info({ handsOver }, handsOver ? 'another sequencer is to lead' : 'there is nothing to hand over')
    })
    closing.add(async () => ending.abort())
    const gossiping = gossip === undefined ? [] : [gossip.failed, gossipBlocks(context, gossip, settlement, lives.url)]
    const watching = new AbortController()
    closing.add(async () => watching.abort())
    const failed = failedOf(
      anyFailed([lives.failed, failedOf(lives.failed, markDir, clock, watching.signal), ...gossiping]),
      dataDir,
      clock,
      watching.signal,
    )
    return { ready: { url: lives.url, ...ready }, failed, stop: () => closing.close() }
  })
}
