import { maxWatchedSources } from '@parley/api'
import {
  type Bytes32,
  type ChainConfig,
  CodedError,
  type SettlementEvent,
  type SettlementReader,
  type SignedHeader,
} from '@parley/protocol'
import type { BackoffOptions, Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { NodeError, notReady } from '../faults.ts'
import type { L2Contact } from '../l2/contact.ts'
import type { PageWatch } from '../l2/follow-l2.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { NodeStore } from '../store/node-store.ts'
import { createBinding } from './binding.ts'
import type { EvidenceSender } from './evidence-sender.ts'
import { VerifiedFinalHeaders } from './final-headers.ts'
import { HeaderStore } from './header-store.ts'
import { KeySchedule } from './key-schedule.ts'
import { L2Facts } from './l2-facts.ts'
import { type KnownEvidence, Prover, type ProverOptions } from './prover.ts'
import { type SourceStatus, SourceWatch, type WatchedSource } from './source-watch.ts'
import { type Taken, Watcher, type WatcherOptions } from './watcher.ts'

/** What a node watches soft confirmations with. */
export interface WatchSetup {
  /** Who shows sealed blocks. Headers that claims show, and that anybody hands in, are watched besides. */
  readonly sources: readonly WatchedSource[]
  /** Seconds for which a bond answers beyond finality: how long headers are kept then. */
  readonly evidencePeriod: number
  /** Shows second headers on the L2; left out, the node tells of them. */
  readonly sender?: EvidenceSender
}

interface WatchDeps {
  readonly db: NodeStore
  readonly settlement: SettlementReader
  readonly store: ChainStore
  readonly l2: L2Log
  readonly contact: L2Contact
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
}

export type WatchOptions = Pick<WatcherOptions, 'watchedBytes'> & ProverOptions & BackoffOptions

/** What is watched, and what was found. */
export interface WatchStatus {
  readonly sources: readonly SourceStatus[]
  /** Signed headers kept. */
  readonly headers: number
  /** Blocks with more than one header; only those whose headers bind are evidence. */
  readonly conflicts: number
}

/** Pieces of evidence told at once. */
const evidenceAtOnce = 64
/** Name of the source of headers that anybody hands in. */
const given = 'given'

/** What a run of the node has. */
interface Begun {
  readonly watcher: Watcher
  readonly prover: Prover
  readonly signal: AbortSignal
}

/** Watches soft confirmations: a key that signs two headers for one place costs the bond behind it. */
export class Watch implements PageWatch {
  private readonly deps: WatchDeps
  private readonly setup: WatchSetup
  private readonly options: WatchOptions
  private readonly headers: HeaderStore
  private readonly facts: L2Facts
  private parts: Begun | undefined
  private sources: readonly SourceWatch[] = []

  private constructor(deps: WatchDeps, setup: WatchSetup, options: WatchOptions, headers: HeaderStore, facts: L2Facts) {
    this.deps = deps
    this.setup = setup
    this.options = options
    this.headers = headers
    this.facts = facts
  }

  /** @throws {NodeError} `OPTION_OUT_OF_RANGE` when there are too many sources. */
  static async open(deps: WatchDeps, setup: WatchSetup, options: WatchOptions): Promise<Watch> {
    const value = setup.sources.length
    if (value > maxWatchedSources)
      throw new NodeError({
        code: 'OPTION_OUT_OF_RANGE',
        option: 'watch',
        value,
        minimum: 0,
        maximum: maxWatchedSources,
      })
    return new Watch(deps, setup, options, await HeaderStore.open(deps.db), await L2Facts.open(deps.db))
  }

  get status(): WatchStatus {
    return {
      sources: this.sources.map(({ status }) => status),
      headers: this.headers.length,
      conflicts: this.headers.conflictCount,
    }
  }

  /**
   * Takes a header in that somebody hands over.
   * @throws {NodeError} `HEADER_UNSIGNED`, `HEADERS_FULL`; {RequestError} `NOT_READY`, also when the L2 has to be asked and does not
   * answer.
   */
  async take(signed: SignedHeader): Promise<Taken> {
    const { watcher, signal } = this.begun()
    return asRequest(() => watcher.take(signed, given, signal))
  }

  /** What shows second headers on the L2, the earliest blocks first. @throws as `take`. */
  async evidence(): Promise<KnownEvidence[]> {
    const { prover, signal } = this.begun()
    return asRequest(() => prover.known(evidenceAtOnce, signal))
  }

  private begun(): Begun {
    if (this.parts === undefined) throw notReady('starting')
    return this.parts
  }

  async takeEvents(events: readonly SettlementEvent[], signal: AbortSignal): Promise<void> {
    await this.begun().watcher.takeEvents(events, signal)
  }

  /** Makes what needs the deployment's parameters; before anything of the L2 is taken in. @param signal - Of the node's run. */
  begin(config: ChainConfig, signal: AbortSignal): void {
    const { deps, setup, options, headers, facts } = this
    const finals = new VerifiedFinalHeaders(deps.store, deps.l2)
    const schedule = new KeySchedule(deps.settlement)
    const binds = createBinding(deps.l2, facts, config)
    const isRescue = async (hash: Bytes32) => (await deps.l2.rescue(hash)) !== undefined
    const watching = { ...deps, headers, facts, finals, binds, isRescue, schedule, config }
    const watcher = new Watcher(watching, { ...options, evidencePeriod: setup.evidencePeriod })
    const prover = new Prover({ ...watching, watcher, sender: setup.sender }, options)
    this.parts = { watcher, prover, signal }
    this.sources = setup.sources.map((source) => new SourceWatch({ ...deps, source, watcher }, options))
  }

  /** Follows the sources, compares and proves until the signal aborts. @throws what nothing here can mend. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.begun().prover.run(signal), ...this.sources.map((source) => source.run(signal))])
  }
}

/** What a request is answered with: that the L2 does not answer is no fault of its. */
async function asRequest<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (error instanceof CodedError && !(error instanceof NodeError)) throw notReady('waiting')
    throw error
  }
}
