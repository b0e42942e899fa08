import type { Execution } from '@parley/execution'
import {
  BlockHeaderType,
  type ChainConfig,
  CodedError,
  genesisHeader,
  type Millis,
  millis,
  type SettlementReader,
  sameBytes,
} from '@parley/protocol'
import { backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { Auditor } from './archive/auditor.ts'
import { BatchArchive } from './archive/batch-archive.ts'
import type { PartArchive } from './archive/part-archive.ts'
import { type DaLayers, PartSources } from './archive/part-sources.ts'
import { Challenger } from './challenge/challenger.ts'
import type { ClaimContester } from './challenge/contester.ts'
import { DataChallenger } from './challenge/data-challenger.ts'
import { Deriver } from './derive/deriver.ts'
import { VerifiedChain } from './derive/verified-chain.ts'
import { NodeError } from './faults.ts'
import { L2Contact } from './l2/contact.ts'
import { followL2 } from './l2/follow-l2.ts'
import { L2Log } from './l2/l2-log.ts'
import { createMetrics, type NodeMetrics } from './metrics.ts'
import { type NodeOptions, type NodeSettings, settingsOf } from './options.ts'
import { NodeProgress } from './progress.ts'
import { unreadyBecause } from './readiness.ts'
import { createReads, type NodeReads } from './reads/reads.ts'
import type { ClaimRescuer } from './rescue/claim-rescuer.ts'
import { type RescueResult, type RescueStep, rescueItems } from './rescue/rescue.ts'
import { joinBySnapshot } from './snapshot/join.ts'
import { JoinStore } from './snapshot/join-store.ts'
import type { SnapshotSource } from './snapshot/snapshot-source.ts'
import { gaugesOf, lagOf, type NodeStatus, type StatusSources, statusOf } from './status.ts'
import { ChainStore } from './store/chain-store.ts'
import { type NodeStore, put, tableOf, writeAll } from './store/node-store.ts'
import { SnapshotStore } from './store/snapshot-store.ts'
import { Watch, type WatchSetup } from './watch/watch.ts'

export interface NodeDeps {
  readonly settlement: SettlementReader
  readonly layers: DaLayers
  /** Others who may have what layers do not serve, in the order in which they are asked. */
  readonly archives?: readonly PartArchive[]
  /** Who may have snapshots of final states, for an empty node to join by. */
  readonly snapshotSources?: readonly SnapshotSource[]
  /** Makes the lanes, in the state before the first block. */
  readonly createExecution: (config: ChainConfig) => Promise<Execution>
  readonly store: NodeStore
  /** Takes wrong claims back; left out, the node tells of them and stands still. */
  readonly contester?: ClaimContester
  readonly watch: WatchSetup
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
}

export interface ParleyNode {
  /**
   * Follows and verifies until the signal aborts; may be called once.
   * @throws when this process cannot go on: a lane died, the store fails or belongs to another deployment, a defect.
   */
  run(signal: AbortSignal): Promise<void>
  /**
   * Sees to it that every item which waits in the inbox now is consumed, by rescues if nobody else claims it, while the node
   * runs.
   * @param tell - Told of each step.
   * @throws what the rescuer throws, and the signal's reason.
   */
  rescue(rescuer: ClaimRescuer, tell: (step: RescueStep) => void, signal: AbortSignal): Promise<RescueResult>
  status(): Promise<NodeStatus>
  /** Why the node does not do its job now; undefined when it does. */
  unreadyBecause(): Promise<string | undefined>
  /** What the HTTP interface serves. */
  readonly reads: NodeReads
  /** Observations for the HTTP interface. */
  readonly metrics: NodeMetrics
  /** What the HTTP interface hands to the watch over soft confirmations, and tells of it. */
  readonly watch: Pick<Watch, 'take' | 'evidence'>
}

/** Milliseconds between looks of a rescue at the L2. */
const rescueEveryMs = 500

/** Opens the store; nothing is followed before `run`. @throws {NodeError} `OPTION_OUT_OF_RANGE`, `STORE_INVALID`. */
export async function createNode(deps: NodeDeps, options: NodeOptions = {}): Promise<ParleyNode> {
  const settings = settingsOf(options)
  const [l2, store, snapshots] = await Promise.all([
    L2Log.open(deps.store),
    ChainStore.open(deps.store),
    SnapshotStore.open(deps.store),
  ])
  let chain: VerifiedChain | undefined
  let contesting: Contesting | undefined
  const gauges = (): ReturnType<typeof gaugesOf> => gaugesOf(sources)
  const metrics = createMetrics(
    deps.metrics,
    gauges,
    () => lagOf(sources),
    () => watch.status,
    () => contesting?.contestFunds,
  )
  const progress = new NodeProgress()
  const contact = new L2Contact(deps.clock, (error) => metrics.l2Faults.inc({ code: error.fault.code }))
  const archive = new BatchArchive(deps.store, settings)
  const { layers, archives = [], clock, log } = deps
  const l2Time = (): Millis => l2.summary?.time ?? millis(0n)
  const parts = new PartSources({ layers, archives, own: archive, clock, log, metrics, l2Time })
  const opened = { ...deps, l2, store, snapshots, archive, sources: parts, metrics, progress, contact, db: deps.store }
  const watch = await Watch.open(opened, deps.watch, settings)
  const sources: StatusSources = { progress, contact, l2, store, clock: deps.clock, chain: () => chain, watch }
  const claims = { last: () => store.tip.claim, claim: async (number: bigint) => (await l2.claim(number))?.claim }
  const auditing = { layers, claims, l2Time, clock, log, metrics, random: Math.random }
  const auditor = new Auditor(auditing, settings.auditEveryMs)
  const all = { ...opened, watch, auditor }
  return {
    status: () => statusOf(sources),
    unreadyBecause: async () => (await unreadyBecause(sources, settings)) ?? contesting?.unreadyBecause,
    reads: createReads({ l2, store, snapshots, archive, progress, chain: () => chain }),
    metrics,
    watch,
    async rescue(rescuer, tell, signal) {
      const config = await deps.settlement.config(signal)
      // The run makes the chain.
      while (chain === undefined) await deps.clock.sleep(settings.firstBackoffMs, signal)
      const { createExecution, clock, log } = deps
      const rescuing = { rescuer, tell, config, chain, l2, contact, createExecution, clock, log }
      return rescueItems(rescuing, { ...settings, pollMs: rescueEveryMs }, signal)
    },
    async run(signal) {
      try {
        const config = await readConfig(all, settings, signal)
        watch.begin(config, signal)
        const execution = await deps.createExecution(config)
        try {
          chain = new VerifiedChain({ ...all, config, execution }, settings)
          const { contester } = deps
          const challenger = contester && new Challenger({ ...all, config, chain, contester }, settings)
          const deriver = new Deriver({ ...all, config, chain, challenger }, settings)
          const asking = contester && { ...all, contester, absent: (inner: AbortSignal) => deriver.absent(inner) }
          const data = asking && new DataChallenger(asking, settings)
          contesting = challenger && data && contestingBy(challenger, data)
          await verifyUntil({ ...all, config, execution, deriver, contesting }, settings, signal)
        } finally {
          chain = undefined
          contesting = undefined
          await execution.close()
        }
      } catch (error) {
        if (signal.aborted) return
        progress.failed(error)
        deps.log.fatal({ err: error }, 'the node cannot go on')
        throw error
      }
    },
  }
}

/** What a node does about wrong and withheld claims. */
type Contesting = Pick<Challenger, 'run' | 'unreadyBecause' | 'contestFunds'>

const contestingBy = (challenger: Challenger, data: DataChallenger): Contesting => ({
  run: (signal) => Promise.all([challenger.run(signal), data.run(signal)]).then(() => undefined),
  get unreadyBecause() {
    return data.unreadyBecause ?? challenger.unreadyBecause
  },
  get contestFunds() {
    return challenger.contestFunds
  },
})

interface Parts extends Omit<NodeDeps, 'store' | 'metrics' | 'contester' | 'watch' | 'layers' | 'archives'> {
  readonly db: NodeStore
  readonly l2: L2Log
  readonly store: ChainStore
  readonly snapshots: SnapshotStore
  readonly archive: BatchArchive
  readonly sources: PartSources
  readonly metrics: NodeMetrics
  readonly progress: NodeProgress
  readonly contact: L2Contact
  readonly watch: Watch
  readonly auditor: Auditor
}

/** Parameters of the deployment, asked for until the L2 answers, compared with what the store was made for. */
async function readConfig(parts: Parts, settings: NodeSettings, signal: AbortSignal): Promise<ChainConfig> {
  const { settlement, clock, log, progress, contact, db } = parts
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted()
    try {
      const config = await settlement.config(signal)
      const told = BlockHeaderType.hashTreeRoot(await settlement.genesis(signal))
      const expected = BlockHeaderType.hashTreeRoot(genesisHeader(config))
      if (!sameBytes(told, expected)) throw new NodeError({ code: 'GENESIS_MISMATCH', expected, received: told })
      await assertDeployment(db, config, expected)
      return config
    } catch (error) {
      if (!(error instanceof CodedError) || error.meaning.retry !== 'later') throw error
      contact.failed(error)
      progress.starting(error)
      log.warn({ fault: error.toJSON() }, 'the L2 does not answer, trying again')
      await pause(clock, backoffMs(failures, settings), signal)
    }
  }
}

const deploymentKey = new TextEncoder().encode('deployment')

async function assertDeployment(db: NodeStore, config: ChainConfig, genesis: Uint8Array): Promise<void> {
  const table = tableOf(db, 'deployment')
  const expected = new Uint8Array([...new TextEncoder().encode(`${config.chainId} `), ...config.inbox, ...genesis])
  const stored = await table.get(deploymentKey)
  if (stored === undefined) await writeAll(db, [put(table, deploymentKey, expected)])
  else if (!sameBytes(stored, expected)) throw new NodeError({ code: 'STORE_FOREIGN', expected, stored })
}

/** Follows the L2 and derives at the same time until the signal aborts or one of them fails. */
async function verifyUntil(
  parts: Parts & {
    config: ChainConfig
    execution: Execution
    deriver: Deriver
    contesting: Contesting | undefined
  },
  settings: NodeSettings,
  signal: AbortSignal,
): Promise<void> {
  const { config, execution, deriver, log } = parts
  const { snapshotSources = [] } = parts
  const joining = { ...parts, joining: new JoinStore(parts.db), sourcesOfSnapshots: snapshotSources }
  const group = new AbortController()
  const inner = AbortSignal.any([signal, group.signal])
  const following = followL2(parts, config, settings.confidence, settings, inner)
  const deriving = joinBySnapshot(joining, settings, inner).then(
    () => deriver.run(inner),
    (error: unknown) => {
      if (!inner.aborted) throw error
    },
  )
  const challenging = parts.contesting?.run(inner)
  const watching = parts.watch.run(inner)
  const auditing = parts.auditor.run(inner)
  log.info({ claim: parts.store.tip.claim, block: parts.store.tip.block }, 'verification resumed')
  try {
    await Promise.race([Promise.all([following, deriving, challenging, watching, auditing]), execution.failed])
  } finally {
    group.abort()
    await Promise.allSettled([following, deriving, challenging, watching, auditing])
  }
}
