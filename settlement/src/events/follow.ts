import {
  type Bytes32,
  type Clock,
  type L2Confidence,
  type L2Position,
  SettlementError,
  type SettlementEvent,
  type SettlementPage,
} from '@parley/protocol'
import type { Logger } from 'pino'
import { hexToBytes } from 'viem'
import type { Blocks, BlockWithLogs, Stretch } from './blocks.ts'
import { type Continuity, emptyQueueHash, follows, nothingSeen } from './continuity.ts'
import { type Addresses, decodeLog } from './decode-log.ts'
import type { ReaderMetrics } from './reader-metrics.ts'
import type { Trail } from './trail.ts'

export interface FollowerDeps {
  readonly blocks: Blocks
  readonly trail: Trail
  readonly addresses: Addresses
  /** Rolling hash of the queue after its first `count` items. */
  readonly hashAt: (count: bigint, signal: AbortSignal) => Promise<Bytes32>
  /** The block before the deployment: what voids everything when rolled back to. */
  readonly origin: L2Position
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: ReaderMetrics
}

export interface FollowerOptions {
  /** Milliseconds between looks for new blocks. */
  readonly pollMs: number
}

const longestBackoffMs = 10_000

/** One walk along the L2: its place, and what the events so far add up to. */
export class Follower {
  readonly #deps: FollowerDeps
  readonly #options: FollowerOptions
  readonly #confidence: L2Confidence
  #at: L2Position
  #toldCaughtUp = false
  #seen: Continuity

  constructor(deps: FollowerDeps, options: FollowerOptions, cursor: L2Position | undefined, confidence: L2Confidence) {
    this.#deps = deps
    this.#options = options
    this.#confidence = confidence
    this.#at = cursor ?? deps.origin
    this.#seen = this.#unseen()
  }

  async *pages(signal: AbortSignal): AsyncGenerator<SettlementPage> {
    let failures = 0
    while (!signal.aborted) {
      try {
        const page = await this.#next(signal)
        failures = 0
        if (page !== undefined) yield page
        if (page === undefined || page.caughtUp) await this.#deps.clock.sleep(this.#options.pollMs, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof SettlementError && error.fault.code === 'SETTLEMENT_UNAVAILABLE')) throw error
        failures += 1
        this.#deps.metrics.failures.inc()
        this.#deps.log.warn({ err: error, failures }, 'L2 not read')
        await this.#backOff(failures, signal)
      }
    }
  }

  async #backOff(failures: number, signal: AbortSignal): Promise<void> {
    const ms = Math.min(longestBackoffMs, this.#options.pollMs * 2 ** Math.min(failures, 16))
    try {
      await this.#deps.clock.sleep(ms, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #next(signal: AbortSignal): Promise<SettlementPage | undefined> {
    const stretch = await this.#deps.blocks.after(this.#at, this.#confidence, signal)
    if (stretch.kind === 'nothing') return this.#caughtUpOnce(signal)
    if (stretch.kind === 'reorganised') return this.#goBack(signal)
    return this.#goOn(stretch, signal)
  }

  /** The page that says that there is nothing more, unless the last one did. */
  async #caughtUpOnce(signal: AbortSignal): Promise<SettlementPage | undefined> {
    if (this.#toldCaughtUp) return undefined
    return this.#tell([], true, await this.#deps.blocks.timeOf(this.#at, signal))
  }

  #tell(events: readonly SettlementEvent[], caughtUp: boolean, time: bigint): SettlementPage {
    this.#toldCaughtUp = caughtUp
    for (const { kind } of events) this.#deps.metrics.events.inc({ kind })
    this.#deps.metrics.position.set({ confidence: this.#confidence }, Number(this.#at.blockNumber))
    return { events, cursor: this.#at, time, caughtUp }
  }

  async #goOn(stretch: Extract<Stretch, { kind: 'stretch' }>, signal: AbortSignal): Promise<SettlementPage> {
    const { events, seen } = await this.#read(stretch.found, signal)
    let before = this.#at
    for (const position of stretch.passed) {
      await this.#deps.trail.note(position, before)
      before = position
    }
    this.#seen = seen
    this.#at = stretch.end
    return this.#tell(events, stretch.caughtUp, stretch.time)
  }

  async #read(found: readonly BlockWithLogs[], signal: AbortSignal) {
    let seen = this.#seen
    const events: SettlementEvent[] = []
    for (const { block, logs } of found)
      for (const log of logs) {
        const told = decodeLog(log, this.#deps.addresses)
        if (told.kind === 'item' && seen.queue === undefined) {
          const count = told.told.index
          seen = { ...seen, queue: { count, hash: await this.#deps.hashAt(count, signal) } }
        }
        const { after, event } = follows(seen, told, block)
        seen = after
        if (event !== undefined) events.push(event)
      }
    return { events, seen }
  }

  /** To the latest position that both branches have. */
  async #goBack(signal: AbortSignal): Promise<SettlementPage> {
    const { blocks, trail, origin, log, metrics } = this.#deps
    let to = origin
    for (const position of trail.behind(this.#at)) {
      if (!(await blocks.isCanonical(position, signal))) continue
      to = position
      break
    }
    if (to === origin && !(await blocks.isCanonical(origin, signal)))
      throw new SettlementError({
        code: 'DEPLOYMENT_UNKNOWN',
        address: hexToBytes(this.#deps.addresses.rollup),
        reason: 'the L2 was reorganised to before the deployment',
      })
    const time = await blocks.timeOf(to, signal)
    log.warn({ from: this.#at.blockNumber, to: to.blockNumber }, 'L2 reorganised')
    metrics.rollbacks.inc()
    this.#at = to
    this.#seen = this.#unseen()
    return this.#tell([{ kind: 'rollback', to }], false, time)
  }

  /** At the deployment the queue is empty; elsewhere the contract knows what came before. */
  #unseen(): Continuity {
    if (this.#at.blockNumber !== this.#deps.origin.blockNumber) return nothingSeen
    return { ...nothingSeen, queue: { count: 0n, hash: emptyQueueHash } }
  }
}
