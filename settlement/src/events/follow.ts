import { type Blocks, type BlockWithLogs, type Step, type Trail, Walk } from '@parley/l2'
import type {
  Bytes32,
  CodedError,
  FollowWatch,
  L2Confidence,
  L2Position,
  SettlementEvent,
  SettlementPage,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { hexToBytes } from 'viem'
import { type Continuity, emptyQueueHash, follows, nothingSeen } from './continuity.ts'
import { type Addresses, decodeLog } from './decode-log.ts'
import type { ReaderMetrics } from './reader-metrics.ts'

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
  /** Told how asking goes. */
  readonly watch: FollowWatch | undefined
}

export interface FollowerOptions {
  /** Milliseconds between looks for new blocks. */
  readonly pollMs: number
}

interface Told {
  readonly events: readonly SettlementEvent[]
  /** What the events up to here add up to. */
  readonly seen: Continuity
}

/** Tells the contracts' events along one walk, each checked against what the ones before add up to. */
export class Follower {
  readonly #deps: FollowerDeps
  readonly #confidence: L2Confidence
  readonly #walk: Walk<Told>
  #seen: Continuity

  constructor(deps: FollowerDeps, options: FollowerOptions, cursor: L2Position | undefined, confidence: L2Confidence) {
    const { blocks, trail, origin, clock, addresses } = deps
    this.#deps = deps
    this.#confidence = confidence
    this.#seen = this.#unseenAt(cursor ?? origin)
    const deployment = hexToBytes(addresses.rollup)
    const read = (found: readonly BlockWithLogs[], signal: AbortSignal) => this.#read(found, signal)
    const onFailure = (error: CodedError, failures: number): void => {
      deps.watch?.failed(error)
      deps.metrics.failures.inc()
      // A node that is behind is asked at each look: once is enough.
      const level = error.fault.code === 'L2_BEHIND' && failures > 1 ? 'debug' : 'warn'
      deps.log[level]({ fault: error.toJSON(), failures }, 'the L2 could not be followed; trying again')
    }
    const onAnswer = (): void => deps.watch?.answered()
    const walkDeps = { blocks, trail, origin, deployment, read, clock, onFailure, onAnswer }
    this.#walk = new Walk(walkDeps, options, cursor, confidence)
  }

  async *pages(signal: AbortSignal): AsyncGenerator<SettlementPage> {
    for await (const step of this.#walk.steps(signal)) yield this.#tell(step)
  }

  #tell(step: Step<Told>): SettlementPage {
    const { metrics, log } = this.#deps
    const { cursor, time } = step
    metrics.position.set({ confidence: this.#confidence }, Number(cursor.blockNumber))
    if (step.kind === 'back') {
      log.warn({ from: step.from.blockNumber, to: cursor.blockNumber }, 'L2 reorganised')
      metrics.rollbacks.inc()
      metrics.events.inc({ kind: 'rollback' })
      this.#seen = this.#unseenAt(cursor)
      return { events: [{ kind: 'rollback', to: cursor }], cursor, time, caughtUp: false }
    }
    const { events, seen } = step.told
    this.#seen = seen
    for (const { kind } of events) metrics.events.inc({ kind })
    return { events, cursor, time, caughtUp: step.caughtUp }
  }

  async #read(found: readonly BlockWithLogs[], signal: AbortSignal): Promise<Told> {
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

  /** At the deployment the queue is empty; elsewhere the contract knows what came before. */
  #unseenAt(position: L2Position): Continuity {
    if (position.blockNumber !== this.#deps.origin.blockNumber) return nothingSeen
    return { ...nothingSeen, queue: { count: 0n, hash: emptyQueueHash } }
  }
}
