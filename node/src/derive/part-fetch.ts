import { CodecError, DaError, DaLayer, daLayerName } from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock } from '@parley/runtime'
import type { ClaimedPart, PartSource, PartSources } from '../archive/part-sources.ts'
import { NodeError } from '../faults.ts'

/** What an operator gives a node so that it can read a layer. */
const cures: ReadonlyMap<number, string> = new Map([
  [DaLayer.local, 'give it da.localUrl, or --da-local'],
  [DaLayer.ethereumBlobs, 'give it l1.url and l1.beaconUrl, or --l1 and --beacon'],
  [DaLayer.committee, 'start it again: it reads from the committee that the rollup’s rules name'],
])

/** Names of layers that a node reads once it is told where they are. */
export const readableLayers: ReadonlySet<string> = new Set([...cures.keys()].map(daLayerName))

/** A part as a source served it. */
export interface ServedPart<T> {
  readonly bytes: Uint8Array
  readonly value: T
}

export interface PartFetchDeps {
  readonly sources: PartSources
  readonly clock: Clock
  /** Told when everybody was asked in vain, before the wait. */
  readonly onFault: (fault: NodeError, waitMs: number) => void
  readonly onFetched: (source: string, bytes: number, tookMs: number) => void
}

/**
 * Fetches one part of a claim from one source after another, and from the first again after a wait, until it is called off.
 * What does not decode counts as not served.
 */
export class PartFetch<T> {
  private readonly deps: PartFetchDeps
  private readonly part: ClaimedPart
  private readonly decode: (bytes: Uint8Array) => T
  private readonly backoff: BackoffOptions
  private readonly signal: AbortSignal
  /** Those asked in this round. */
  private readonly asked = new Set<PartSource>()
  private rounds = 0
  /** Why the first of them did not serve it. */
  private roundFault: NodeError | undefined
  /** Who serves what is served now. */
  private from: PartSource | undefined
  private accepted = false
  private serving: Promise<ServedPart<T>>
  /** Why it is still waited for. */
  fault: NodeError | undefined
  /** What was served last, whatever it is worth. */
  last: T | undefined

  constructor(
    deps: PartFetchDeps,
    part: ClaimedPart,
    decode: (bytes: Uint8Array) => T,
    backoff: BackoffOptions,
    signal: AbortSignal,
  ) {
    this.deps = deps
    this.part = part
    this.decode = decode
    this.backoff = backoff
    this.signal = signal
    this.serving = this.begin()
  }

  /** What is served now. @throws the reason for which it was called off. */
  get served(): Promise<ServedPart<T>> {
    return this.serving
  }

  /** What is served now led to what was claimed. */
  accept(): void {
    const { from } = this
    if (from === undefined || this.accepted) return
    this.accepted = true
    this.rounds = 0
    const { sources } = this.deps
    const layer = sources.layerOf(this.part)
    const isLate =
      this.roundFault?.fault.code === 'DATA_UNAVAILABLE' && this.roundFault.fault.fault.code === 'DA_NOT_YET'
    sources.accepted(from, this.part, layer !== undefined && from !== layer && !isLate)
  }

  /** What is served now is not what was claimed: the next source is asked. */
  refuse(fault: NodeError): void {
    const { from } = this
    if (from === undefined) return
    this.from = undefined
    this.accepted = false
    this.roundFault ??= fault
    this.serving = this.begin(this.deps.sources.refused(from, this.part))
  }

  /** Name of who served what is served now. */
  get source(): string {
    return this.from?.name ?? 'nobody'
  }

  private begin(first: Promise<void> = Promise.resolve()): Promise<ServedPart<T>> {
    const serving = first.then(() => this.fetch())
    // Whoever wants it awaits it; what is fetched ahead may fail unseen when it is called off.
    serving.catch(() => undefined)
    return serving
  }

  private async fetch(): Promise<ServedPart<T>> {
    const { sources } = this.deps
    for (;;) {
      this.signal.throwIfAborted()
      const source = sources.for(this.part).find((each) => !this.asked.has(each))
      if (source === undefined) await this.endRound()
      else {
        this.asked.add(source)
        const served = await this.ask(source)
        if (served !== undefined) return served
      }
    }
  }

  private async ask(source: PartSource): Promise<ServedPart<T> | undefined> {
    const { sources, clock, onFetched } = this.deps
    try {
      const started = clock.elapsed()
      const bytes = await source.retrieve(this.part, this.signal)
      onFetched(source.name, bytes.length, clock.elapsed() - started)
      const value = this.decode(bytes)
      this.from = source
      this.last = value
      this.fault = undefined
      return { bytes, value }
    } catch (error) {
      this.signal.throwIfAborted()
      const fault = this.asFault(source, error)
      sources.failed(source, error)
      // That this node does not have what it is fetching is no news.
      if (source.kind !== 'own') this.roundFault ??= fault
      return undefined
    }
  }

  /** Everybody was asked: tells of the first fault, which is the layer's, and waits. */
  private async endRound(): Promise<void> {
    const { clock, onFault } = this.deps
    const waitMs = backoffMs(this.rounds, this.backoff)
    this.fault = this.unreadable() ?? this.roundFault ?? this.paused()
    this.rounds += 1
    this.asked.clear()
    this.roundFault = undefined
    onFault(this.fault, waitMs)
    await clock.sleep(waitMs, this.signal)
  }

  /** That nobody gave this node the layer: only its operator can mend that. */
  private unreadable(): NodeError | undefined {
    const { claim, part } = this.part
    if (this.deps.sources.layerOf(this.part) !== undefined) return undefined
    const { layer } = claim[part]
    const cure = cures.get(layer) ?? 'install a version that reads it'
    return new NodeError({ code: 'DA_LAYER_UNKNOWN', claim: claim.number, part, layer: daLayerName(layer), cure })
  }

  /** That all who could be asked want a pause. */
  private paused(): NodeError {
    const { claim, part } = this.part
    const source = this.deps.sources.layerOf(this.part)?.name ?? daLayerName(claim[part].layer)
    const fault = { code: 'DA_UNAVAILABLE', layer: source, reason: 'asked for a pause' } as const
    return new NodeError({ code: 'DATA_UNAVAILABLE', claim: claim.number, part, source, fault })
  }

  /** @throws everything that is not a fault of the source or of what it served. */
  private asFault(source: PartSource, cause: unknown): NodeError {
    const { claim, part } = this.part
    const named = { claim: claim.number, part, source: source.name }
    if (cause instanceof DaError)
      return new NodeError({ code: 'DATA_UNAVAILABLE', ...named, fault: cause.fault }, { cause })
    if (cause instanceof CodecError)
      return new NodeError({ code: 'DATA_UNDECODABLE', ...named, fault: cause.fault }, { cause })
    throw cause
  }
}
