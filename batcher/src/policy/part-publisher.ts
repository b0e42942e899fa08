import { CodedError, type DaAmount, type DaReceipt, type DataAvailability, daLayerName } from '@parley/protocol'
import { backoffMs, type Clock, type RetryPolicy, retrying } from '@parley/runtime'
import type { Logger } from 'pino'
import { BatcherError, type BatchPart } from '../faults.ts'
import type { PartPrice } from './fullness.ts'
import { type Choice, type Decision, initialPolicy, PartPolicy, type PolicyState, type Switch } from './part-policy.ts'
import type { PolicyMetrics } from './policy-metrics.ts'
import { priceOf, quotesOf, type ToWei } from './quotes.ts'
import type { PolicySettings } from './settings.ts'

export interface PartPublisherDeps {
  readonly part: BatchPart
  /** In the order of preference; the first is used while it works. */
  readonly layers: readonly DataAvailability[]
  /** Layers besides, on which an attempt may have begun earlier. */
  readonly others: readonly DataAvailability[]
  /** Given, the cheapest of the layers is used. */
  readonly toWei?: ToWei | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: PolicyMetrics
  readonly retry: RetryPolicy<CodedError>
}

/** Bytes on their way to some layer. */
export interface Attempt {
  readonly batch: bigint
  readonly bytes: Uint8Array
  /** SHA-256 of `bytes`. */
  readonly digest: Uint8Array
  /** Numbers of the layers on which it began before a restart, and has not ended as far as is known. */
  readonly begun: readonly number[]
  /** Records that it begins on a layer; nothing leaves before. */
  begin(layer: number): Promise<void>
  /** Told what ending it on a layer cost, where that cost anything. */
  spent(layer: DataAvailability, overhead: DaAmount): Promise<void>
}

/** Where a part was published. */
export interface Landing {
  readonly layer: DataAvailability
  readonly receipt: DaReceipt
  /** Milliseconds from its submission there to the answer; 0 for what ended elsewhere. */
  readonly tookMs: number
}

/** What an operator sees of a part's policy. */
export interface PolicyStatus {
  readonly layers: readonly string[]
  readonly active: string
  /** Milliseconds since 1970 of the last switch; undefined before the first. */
  readonly switchedAt: number | undefined
  /** Why: code of a fault, `stalled`, `cheaper` or `recovered`. */
  readonly because: string | undefined
  readonly failedProbes: number
}

/** Switches that leave what is under way where it is: nothing is wrong there. */
const unhurried: ReadonlySet<string> = new Set(['recovered', 'cheaper'])

/**
 * Publishes one part of all batches, on the layer that the policy says. An attempt ends before the next one begins
 * elsewhere: by its receipt, or by the layer's word that it can never be included. Lives as long as the batcher.
 */
export class PartPublisher {
  private readonly deps: PartPublisherDeps
  private readonly settings: PolicySettings
  private readonly policy: PartPolicy
  private state: PolicyState = initialPolicy
  /** Aborts when the active layer is left for a fault. */
  private leaving = new AbortController()
  private last: { readonly at: number; readonly signal: string } | undefined

  constructor(deps: PartPublisherDeps, settings: PolicySettings) {
    this.deps = deps
    this.settings = settings
    this.policy = new PartPolicy(deps.layers.length, settings)
    this.showActive()
  }

  /** The layer that is in use now. */
  get active(): DataAvailability {
    return this.layerAt(this.state.active)
  }

  /** The layer of this number, also where nothing goes any more. @throws {BatcherError} `LAYER_NOT_OPEN`. */
  layerOf(number: number, batch: bigint): DataAvailability {
    const { layers, others, part } = this.deps
    const layer = [...layers, ...others].find((each) => each.layer === number)
    if (layer !== undefined) return layer
    throw new BatcherError({ code: 'LAYER_NOT_OPEN', batch, part, layer: daLayerName(number) })
  }

  /** What a part may have, and costs now: it must fit wherever it may go. */
  price(signal: AbortSignal): Promise<PartPrice> {
    const { clock, layers } = this.deps
    const maxBytes = Math.min(...layers.map((layer) => layer.limits().maxBytes))
    return priceOf(clock, this.active, maxBytes, signal)
  }

  status(): PolicyStatus {
    const { layers } = this.deps
    return {
      layers: layers.map(({ name }) => name),
      active: this.active.name,
      switchedAt: this.last?.at,
      because: this.last?.signal,
      failedProbes: this.state.failedProbes,
    }
  }

  /**
   * Publishes, however long that takes.
   * @throws {CodedError} what no other layer mends: `DA_EMPTY`, `DA_TOO_LARGE`, and any fault that does not pass where there is
   * only one layer; {BatcherError} `LAYER_NOT_OPEN`.
   */
  async publish(attempt: Attempt, signal: AbortSignal): Promise<Landing> {
    await this.compare(attempt.bytes.length, signal)
    let begun = attempt.begun
    let choice = this.resumed(begun) ?? this.choose()
    while (true) {
      const layer = this.layerAt(choice.layer)
      try {
        for (const former of begun) {
          if (former === layer.layer) continue
          const landing = await this.abandon(former, attempt, signal)
          if (landing !== undefined) return landing
        }
        if (begun.length !== 1 || begun[0] !== layer.layer) await attempt.begin(layer.layer)
        begun = [layer.layer]
        const started = this.deps.clock.elapsed()
        const receipt = await this.submit(choice, attempt, signal)
        if (receipt !== undefined) return { layer, receipt, tookMs: this.deps.clock.elapsed() - started }
      } finally {
        // Whatever ended it without a word about the layer: the next probe may come.
        if (choice.probe) this.state = this.policy.interrupted(this.state, choice)
      }
      choice = this.choose()
    }
  }

  private layerAt(place: number): DataAvailability {
    return this.deps.layers[place] as DataAvailability
  }

  private choose(): Choice {
    const decision = this.policy.choose(this.state, this.deps.clock.elapsed())
    this.state = decision.state
    return decision.choice
  }

  /** What has begun on a layer of the list goes on there. */
  private resumed(begun: readonly number[]): Choice | undefined {
    const layer = this.deps.layers.findIndex(({ layer }) => begun.includes(layer))
    return layer === -1 ? undefined : { layer, probe: false }
  }

  /** @returns undefined when the attempt is to be made elsewhere. */
  private async submit(choice: Choice, { batch, bytes }: Attempt, signal: AbortSignal): Promise<DaReceipt | undefined> {
    const { clock, retry, part } = this.deps
    const layer = this.layerAt(choice.layer)
    const of = { bytes: bytes.length, signal }
    const stays = choice.layer === this.state.active && !choice.probe
    const left = stays ? this.leaving.signal : undefined
    const inner = left === undefined ? signal : AbortSignal.any([signal, left])
    for (let failures = 0; ; failures += 1) {
      try {
        const receipt = await this.answered((each) => layer.submit(bytes, {}, each), layer, inner)
        this.take(this.policy.succeeded(this.state, choice, clock.elapsed()), of)
        if (failures > 0) retry.onMended?.()
        return receipt
      } catch (error) {
        signal.throwIfAborted()
        if (left?.aborted) return undefined
        if (!(error instanceof CodedError) || error.meaning.retry === 'never') throw error
        const code = error instanceof Stalled ? 'stalled' : error.fault.code
        const decision = this.policy.failed(this.state, choice, code, clock.elapsed())
        this.take(decision, of, error)
        if (decision.leave) return undefined
        if (this.deps.layers.length === 1 && !retry.passes(error)) throw error
        const waitMs = backoffMs(failures, retry)
        retry.onFault(error, waitMs)
        this.deps.log.debug({ part, batch, layer: layer.name, code, waitMs }, 'publishing is tried again')
        await clock.sleep(waitMs, inner).catch(() => signal.throwIfAborted())
        if (left?.aborted) return undefined
      }
    }
  }

  /** With another layer to go to, an answer is not waited for without end. */
  private async answered(
    call: (signal: AbortSignal) => Promise<DaReceipt>,
    { name }: DataAvailability,
    signal: AbortSignal,
  ): Promise<DaReceipt> {
    if (this.deps.layers.length === 1) return call(signal)
    const { stallPatienceMs } = this.settings
    const stalled = new AbortController()
    const answered = new AbortController()
    // Rejects when the answer was there first, or the caller gave up.
    const watch = this.deps.clock.sleep(stallPatienceMs, AbortSignal.any([signal, answered.signal])).then(
      () => stalled.abort(new Stalled(name, stallPatienceMs)),
      () => undefined,
    )
    try {
      return await call(AbortSignal.any([signal, stalled.signal]))
    } catch (error) {
      throw stalled.signal.aborted ? stalled.signal.reason : error
    } finally {
      answered.abort()
      await watch
    }
  }

  private async abandon(number: number, attempt: Attempt, signal: AbortSignal): Promise<Landing | undefined> {
    const { batch, digest } = attempt
    const { log, part, retry } = this.deps
    const layer = this.layerOf(number, batch)
    // Also what a person must mend is waited for: nothing else may be tried before.
    const patient: RetryPolicy<CodedError> = { ...retry, passes: passesOnceMended }
    const { receipt, overhead } = await retrying(() => layer.abandon(digest, signal), patient, signal)
    if (overhead.amount > 0n) await attempt.spent(layer, overhead)
    log.info({ batch, part, layer: layer.name, published: receipt !== undefined }, 'an attempt to publish has ended')
    return receipt && { layer, receipt, tookMs: 0 }
  }

  /** Where the cheapest layer is wanted, looks at the prices. */
  private async compare(bytes: number, signal: AbortSignal): Promise<void> {
    const { layers, toWei, clock } = this.deps
    if (toWei === undefined || layers.length === 1) return
    const quotes = await quotesOf(clock, layers, bytes, signal)
    const costs = quotes.map((quote) => quote && toWei(quote))
    this.take(this.policy.quoted(this.state, costs, clock.elapsed()), { bytes, signal })
  }

  private take({ state, switched }: Decision, of: Cause, error?: CodedError): void {
    this.state = state
    if (switched === undefined) return
    const { clock, metrics, part } = this.deps
    this.last = { at: clock.now(), signal: switched.signal }
    const [from, to] = [this.layerAt(switched.from).name, this.layerAt(switched.to).name]
    metrics.fallbacks.inc({ part, from, to, code: switched.signal })
    this.showActive()
    this.changeOver(switched)
    void this.tell(switched, of, error)
  }

  /** With what both layers ask for the same bytes, where they say so. */
  private async tell({ from, to, signal: code }: Switch, { bytes, signal }: Cause, error?: CodedError): Promise<void> {
    const { clock, log, part } = this.deps
    const layers = [this.layerAt(from), this.layerAt(to)]
    const fault = error === undefined ? {} : { fault: error.toJSON() }
    // An abort takes the prices from the line, not the line.
    const quotes = await quotesOf(clock, layers, bytes, signal).catch(() => [])
    const [asked, asks] = quotes.map((quote) => quote && `${quote.amount} ${quote.token}`)
    const [before, after] = layers.map(({ name }) => name)
    log.warn({ part, from: before, to: after, code, bytes, asked, asks, ...fault }, 'a part goes to another layer now')
  }

  private changeOver({ signal }: Switch): void {
    const before = this.leaving
    this.leaving = new AbortController()
    if (!unhurried.has(signal)) before.abort(new DOMException('the layer is left', 'AbortError'))
  }

  private showActive(): void {
    const { layers, metrics, part } = this.deps
    for (const [i, { name }] of layers.entries())
      metrics.active.set({ part, layer: name }, i === this.state.active ? 1 : 0)
  }
}

/** What a switch was decided about. */
interface Cause {
  readonly bytes: number
  readonly signal: AbortSignal
}

function passesOnceMended(error: unknown): error is CodedError {
  return error instanceof CodedError && error.meaning.retry !== 'never'
}

/** A layer that neither publishes nor fails. */
class Stalled extends BatcherError {
  constructor(layer: string, waitedMs: number) {
    super({ code: 'LAYER_STALLED', layer, waitedMs })
  }
}
