import { type Clock, raceAbort } from '@parley/runtime'
import type { Logger } from 'pino'
import type { LagOptions, SealingOptions } from '../options.ts'
import { DataLag, type Lag } from './data-lag.ts'

/** What is done about a lag: nothing; larger blocks, later; no more than is published; forced items alone. */
export const stages = ['none', 'larger', 'limited', 'forced'] as const
export type Stage = (typeof stages)[number]

export interface BackpressureDeps {
  readonly clock: Clock
  /** The time of blocks; undefined before it is known. */
  readonly now: () => number | undefined
  readonly log: Logger
  /** Called when there may be room again for what was refused. */
  readonly roomAgain: () => void
  /** Ends what waits for that. */
  readonly signal: AbortSignal
}

/** By how much larger and later blocks are while publishing lags. */
const larger = 4
/** Milliseconds after which a refused request may come again where no pace says when there will be room. */
const lookAgainMs = 2_000
const mostRetryMs = 60_000
/** Milliseconds for which a look at the lag holds. */
const looksEveryMs = 250
/** How much of what is known of the size of entries stays with each block. */
const kept = 0.95

/** Holds entries back before more is sealed than can be published. What was accepted is sealed in any case. */
export class Backpressure {
  private readonly deps: BackpressureDeps
  private readonly options: LagOptions
  private readonly lag = new DataLag()
  private looked: { readonly at: number; readonly stage: Stage; readonly entriesPerSecond: number } | undefined
  private stage: Stage = 'none'
  /** Entries that may come now; less than none when more came at once. */
  private balance = 0
  private balancedAt = 0
  private bytes = 0
  private entries = 0
  private waking = false

  constructor(deps: BackpressureDeps, options: LagOptions) {
    this.deps = deps
    this.options = options
  }

  /** A block was sealed. @param entries - What was accepted in it. */
  sealed(block: bigint, bytes: number, entries: number): void {
    const now = this.deps.now()
    if (now === undefined) return
    this.lag.sealed(block, bytes, now)
    if (entries === 0) return
    this.bytes = this.bytes * kept + bytes
    this.entries = this.entries * kept + entries
  }

  /** A block that was sealed before this process began and is not claimed. */
  found(block: bigint, bytes: number, at: number): void {
    this.lag.sealed(block, bytes, at)
  }

  /** Claims reach to `block`. */
  claimed(block: bigint): void {
    const now = this.deps.now()
    if (now !== undefined) this.lag.claimed(block, now)
  }

  /** Undefined before the time of blocks is known. */
  now(): (Lag & { readonly stage: Stage }) | undefined {
    const now = this.deps.now()
    return now === undefined ? undefined : { ...this.lag.at(now), stage: this.look(now).stage }
  }

  /** When the open block is sealed. */
  rule(rule: SealingOptions): SealingOptions {
    if (this.current().stage === 'none') return rule
    const { minAgeMs, minOperations, maxWaitMs } = rule
    return {
      ...rule,
      minAgeMs: minAgeMs * larger,
      minOperations: minOperations * larger,
      maxWaitMs: maxWaitMs * larger,
    }
  }

  /** Milliseconds after which entries may come again; undefined when they may come now. */
  refusal(): number | undefined {
    const { stage, entriesPerSecond } = this.current()
    if (stage === 'none' || stage === 'larger') return undefined
    if (stage === 'forced' || entriesPerSecond === 0) return this.refuse(lookAgainMs)
    this.refill(entriesPerSecond)
    return this.balance > 0 ? undefined : this.refuse(1 + (1_000 * -this.balance) / entriesPerSecond)
  }

  /** Entries were taken. */
  took(entries: number): void {
    if (this.current().stage === 'limited') this.balance -= entries
  }

  private current(): { readonly stage: Stage; readonly entriesPerSecond: number } {
    const now = this.deps.now()
    return now === undefined ? { stage: 'none', entriesPerSecond: 0 } : this.look(now)
  }

  private look(now: number): NonNullable<typeof this.looked> {
    if (this.looked !== undefined && now - this.looked.at < looksEveryMs) return this.looked
    const lag = this.lag.at(now)
    const stage = stageOf(lag, this.options)
    // Sizes are known once a block was sealed; until then nothing is held to them.
    const entryBytes = this.entries === 0 ? 0 : this.bytes / this.entries
    const entriesPerSecond = entryBytes === 0 ? Number.POSITIVE_INFINITY : lag.bytesPerSecond / entryBytes
    if (stage !== this.stage) this.tell(stage, lag)
    this.looked = { at: now, stage, entriesPerSecond }
    return this.looked
  }

  private tell(stage: Stage, { bytes, ageMs, ms, bytesPerSecond }: Lag): void {
    const { log, clock } = this.deps
    const entry = { stage, bytes, ageMs, lagMs: ms, bytesPerSecond }
    if (stage === 'none') log.info(entry, 'publishing lags no more')
    else log.warn(entry, 'publishing lags behind sealing')
    this.stage = stage
    this.balance = 1
    this.balancedAt = clock.elapsed()
  }

  /** What comes in a second may come at once. */
  private refill(entriesPerSecond: number): void {
    const now = this.deps.clock.elapsed()
    const more = ((now - this.balancedAt) / 1_000) * entriesPerSecond
    this.balancedAt = now
    this.balance = Math.min(Math.max(1, entriesPerSecond), this.balance + more)
  }

  private refuse(afterMs: number): number {
    const retryAfterMs = Math.ceil(Math.min(mostRetryMs, afterMs))
    if (!this.waking) void this.wakeIn(retryAfterMs)
    return retryAfterMs
  }

  /** Streams ask again when they are woken. */
  private async wakeIn(ms: number): Promise<void> {
    const { clock, signal, roomAgain } = this.deps
    this.waking = true
    try {
      await raceAbort(clock.sleep(ms, signal), signal)
      this.waking = false
      roomAgain()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

/** Before the first claim nobody knows what can be published; that nothing is for too long shows all the same. */
function stageOf({ ms = 0, ageMs }: Lag, { largerMs, limitedMs, forcedMs }: LagOptions): Stage {
  if (ageMs > forcedMs) return 'forced'
  if (ms > limitedMs) return 'limited'
  return ms > largerMs ? 'larger' : 'none'
}
