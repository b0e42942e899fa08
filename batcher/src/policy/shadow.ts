import { CodedError, type DataAvailability } from '@parley/protocol'
import { backoffMs, type Clock, Pulse, type RetryPolicy, raceAbort } from '@parley/runtime'
import type { Logger } from 'pino'
import { type CostJournal, shadowOf } from '../costs/index.ts'
import type { EncodedBatch } from '../encode-batch.ts'
import type { BatchPart } from '../faults.ts'
import type { BatcherMetrics } from '../metrics.ts'
import type { BatchPlan } from '../plan.ts'

export interface ShadowDeps {
  readonly layer: DataAvailability
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<BatcherMetrics, 'shadow' | 'shadowBytes'>
  readonly costs?: CostJournal
  readonly retry: Pick<RetryPolicy<CodedError>, 'firstBackoffMs' | 'maxBackoffMs'>
}

/** What became of a copy: it was read back as it was sent; the layer took it and it was not; it was not taken; it was not tried. */
type Outcome = 'audited' | 'unaudited' | 'failed' | 'left out'

/** A part that waits for its turn. */
interface Copy {
  readonly plan: BatchPlan
  readonly part: BatchPart
  readonly bytes: Uint8Array
}

const atOnce = 4
/** Tries to publish a copy, and to find it included and read it. */
const tries = 5

/**
 * Publishes copies of batches on a layer that they may move to, reads each back once it is there, and claims none. What becomes of
 * copies changes nothing: not where parts go, nor when.
 */
export class Shadow {
  private readonly deps: ShadowDeps
  private readonly maxWaitingBytes: number
  private readonly waiting: Copy[] = []
  private waitingBytes = 0
  private readonly arrivals = new Pulse()

  /** @param maxWaitingBytes - Bytes that wait at most: a slow layer has copies left out, and holds nothing up. */
  constructor(deps: ShadowDeps, maxWaitingBytes = 64 * 2 ** 20) {
    this.deps = deps
    this.maxWaitingBytes = maxWaitingBytes
  }

  /** Takes both parts of a batch, or leaves them out. */
  take(plan: BatchPlan, { parts }: EncodedBatch): void {
    for (const part of ['core', 'witness'] as const) {
      const { bytes } = parts[part]
      if (this.waiting.length > 0 && this.waitingBytes + bytes.length > this.maxWaitingBytes)
        this.count(part, 'left out')
      else this.push({ plan, part, bytes })
    }
  }

  /** Publishes what was taken until the signal aborts. @throws what is no fault of the layer. */
  async run(signal: AbortSignal): Promise<void> {
    const workers = Array.from({ length: atOnce }, () => this.work(signal))
    await Promise.all(workers)
  }

  private push(copy: Copy): void {
    this.waiting.push(copy)
    this.waitingBytes += copy.bytes.length
    this.arrivals.beat()
  }

  private async work(signal: AbortSignal): Promise<void> {
    try {
      while (true) {
        const copy = this.waiting.shift()
        if (copy === undefined) await raceAbort(this.arrivals.next(), signal)
        else {
          this.waitingBytes -= copy.bytes.length
          this.count(copy.part, await this.publish(copy, signal))
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  private async publish({ plan, part, bytes }: Copy, signal: AbortSignal): Promise<Outcome> {
    const { layer, clock, log, metrics, costs } = this.deps
    const about = { batch: plan.number, part, layer: layer.name, bytes: bytes.length }
    const receipt = await this.trying('a copy could not be published', about, signal, () =>
      layer.submit(bytes, {}, signal),
    )
    if (receipt === undefined) return 'failed'
    metrics.shadowBytes.inc({ part, layer: layer.name }, bytes.length)
    await costs?.append([shadowOf(plan, part, layer.name, receipt.cost, clock.now())])
    const read = await this.trying('a copy that was published could not be read', about, signal, async () => {
      await layer.audit(receipt.pointer, signal)
      return receipt
    })
    if (read === undefined) return 'unaudited'
    log.debug(about, 'a copy was published and read back')
    return 'audited'
  }

  /** @returns undefined when it never succeeded, having told why. */
  private async trying<T>(
    failing: string,
    about: object,
    signal: AbortSignal,
    action: () => Promise<T>,
  ): Promise<T | undefined> {
    const { clock, log, retry } = this.deps
    for (let failures = 0; ; failures += 1) {
      try {
        return await action()
      } catch (error) {
        if (signal.aborted || !(error instanceof CodedError)) throw error
        if (failures + 1 === tries || error.meaning.retry === 'never') {
          log.warn({ ...about, fault: error.toJSON() }, failing)
          return undefined
        }
        await clock.sleep(backoffMs(failures, retry), signal)
      }
    }
  }

  private count(part: BatchPart, outcome: Outcome): void {
    this.deps.metrics.shadow.inc({ part, layer: this.deps.layer.name, outcome })
  }
}
