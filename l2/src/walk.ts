import { type Bytes20, type L2Confidence, type L2Position, type Millis, SettlementError } from '@parley/protocol/light'
import { backoffMs, type Clock, pause } from '@parley/runtime'
import type { Blocks, BlockWithLogs, Stretch } from './blocks.ts'

/** Where a walk has been, so that a way back to the common ancestor of two branches is found. */
export interface Trail {
  /** Notes that `position` was reached by way of `before`. Resolves once it would survive a restart, where that is wanted. */
  note(position: L2Position, before: L2Position): Promise<void>
  /** Positions before `position` on its own branch, latest first, as far back as they are kept. */
  behind(position: L2Position): Iterable<L2Position>
}

export interface WalkDeps<T> {
  readonly blocks: Blocks
  readonly trail: Trail
  /** The block before the deployment: what voids everything when rolled back to. */
  readonly origin: L2Position
  /** Address that is deployed after `origin`. */
  readonly deployment: Bytes20
  /**
   * Makes of logs what is told of them. Called again with the same logs when it fails with `SETTLEMENT_UNAVAILABLE`; nothing
   * counts as passed before it succeeds.
   */
  readonly read: (found: readonly BlockWithLogs[], signal: AbortSignal) => Promise<T> | T
  readonly clock: Clock
  /** Told of each failure of the node that is waited out, with the failures in a row so far. */
  readonly onFailure?: (error: SettlementError, failures: number) => void
  /** Told whenever the node has answered. */
  readonly onAnswer?: () => void
}

export interface WalkOptions {
  /** Milliseconds between looks for new blocks. */
  readonly pollMs: number
}

/**
 * One step: over blocks that follow, or back to the latest position that both branches have. `time` is the L2 time of the
 * cursor's block; `caughtUp` says that the cursor is the L2's head.
 */
export type Step<T> =
  | {
      readonly kind: 'forward'
      readonly told: T
      readonly cursor: L2Position
      readonly time: Millis
      readonly caughtUp: boolean
    }
  | { readonly kind: 'back'; readonly from: L2Position; readonly cursor: L2Position; readonly time: Millis }

const longestBackoffMs = 10_000

/** What a node may answer otherwise when it is asked again. */
const passing: ReadonlySet<string> = new Set(['SETTLEMENT_UNAVAILABLE', 'L2_BEHIND', 'CONTRACT_MISSING'])

/**
 * One walk along the L2 that survives its reorganisations: every log that is told is of the chain that the position before
 * it is of, and a position that is no longer there is left for the latest one that still is.
 */
export class Walk<T> {
  readonly #deps: WalkDeps<T>
  readonly #options: WalkOptions
  readonly #confidence: L2Confidence
  #at: L2Position
  #toldCaughtUp = false

  constructor(deps: WalkDeps<T>, options: WalkOptions, cursor: L2Position | undefined, confidence: L2Confidence) {
    this.#deps = deps
    this.#options = options
    this.#confidence = confidence
    this.#at = cursor ?? deps.origin
  }

  /**
   * A step whenever the head has moved. Ends when `signal` aborts; a node that does not answer, or whose head is below the
   * cursor, is waited for.
   * @throws {SettlementError} `EVENT_INVALID`, `DEPLOYMENT_UNKNOWN` when the deployment itself was taken back or is of another
   * chain; what `read` and the trail throw.
   */
  async *steps(signal: AbortSignal): AsyncGenerator<Step<T>> {
    let failures = 0
    while (!signal.aborted) {
      try {
        const step = await this.#next(signal)
        failures = 0
        this.#deps.onAnswer?.()
        if (step !== undefined) yield step
        const atHead = step === undefined || (step.kind === 'forward' && step.caughtUp)
        if (atHead) await this.#deps.clock.sleep(this.#options.pollMs, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof SettlementError && passing.has(error.fault.code))) throw error
        failures += 1
        this.#deps.onFailure?.(error, failures)
        await pause(this.#deps.clock, this.#waitMs(error, failures), signal)
      }
    }
  }

  async #next(signal: AbortSignal): Promise<Step<T> | undefined> {
    const stretch = await this.#deps.blocks.after(this.#at, this.#confidence, signal)
    if (stretch.kind === 'nothing') return this.#caughtUpOnce(signal)
    if (stretch.kind === 'reorganised') return this.#goBack(signal)
    if (stretch.kind === 'behind') throw await this.#behind(stretch.head, signal)
    return this.#goOn(stretch, signal)
  }

  /** The step that says that there is nothing more, unless the last one did. */
  async #caughtUpOnce(signal: AbortSignal): Promise<Step<T> | undefined> {
    if (this.#toldCaughtUp) return undefined
    const time = await this.#deps.blocks.timeOf(this.#at, signal)
    return this.#forward(await this.#deps.read([], signal), time, true)
  }

  #forward(told: T, time: Millis, caughtUp: boolean): Step<T> {
    this.#toldCaughtUp = caughtUp
    return { kind: 'forward', told, cursor: this.#at, time, caughtUp }
  }

  async #goOn(stretch: Extract<Stretch, { kind: 'stretch' }>, signal: AbortSignal): Promise<Step<T>> {
    const told = await this.#deps.read(stretch.found, signal)
    let before = this.#at
    for (const position of stretch.passed) {
      await this.#deps.trail.note(position, before)
      before = position
    }
    this.#at = stretch.end
    return this.#forward(told, stretch.time, stretch.caughtUp)
  }

  async #goBack(signal: AbortSignal): Promise<Step<T>> {
    const { blocks, trail, origin } = this.#deps
    let to = origin
    for (const position of trail.behind(this.#at)) {
      if (!(await blocks.isCanonical(position, signal))) continue
      to = position
      break
    }
    if (to === origin && !(await blocks.isCanonical(origin, signal)))
      throw this.#unknown('the L2 was reorganised to before the deployment')
    const time = await blocks.timeOf(to, signal)
    const from = this.#at
    this.#at = to
    this.#toldCaughtUp = false
    return { kind: 'back', from, cursor: to, time }
  }

  /** A node that is behind answers: it is asked as often as ever. */
  #waitMs({ fault }: SettlementError, failures: number): number {
    const { pollMs } = this.#options
    if (fault.code === 'L2_BEHIND') return pollMs
    return backoffMs(failures, { firstBackoffMs: pollMs, maxBackoffMs: longestBackoffMs })
  }

  /** Why a chain that ends at `head` does not reach the cursor. */
  async #behind(head: bigint, signal: AbortSignal): Promise<SettlementError> {
    const { blocks, origin } = this.#deps
    if (head >= origin.blockNumber && !(await blocks.isCanonical(origin, signal)))
      return this.#unknown('the L2 is another chain: it has another block where the deployment began')
    return new SettlementError({ code: 'L2_BEHIND', head, read: this.#at.blockNumber })
  }

  #unknown(reason: string): SettlementError {
    return new SettlementError({ code: 'DEPLOYMENT_UNKNOWN', address: this.#deps.deployment, reason })
  }
}
