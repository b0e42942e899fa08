import { type BatchClaim, DaError, type DataAvailability, fromSeconds, type Millis } from '@parley/protocol'
import { type Clock, createSources, type Source, type Sources } from '@parley/runtime'
import type { Logger } from 'pino'
import type { BatchPart } from '../faults.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { BatchArchive } from './batch-archive.ts'
import type { PartArchive } from './part-archive.ts'

/** The DA layers a node can read, by their number in claims. */
export type DaLayers = ReadonlyMap<number, DataAvailability>

/** Where a claim says that one of its parts lies, and the root that the part leads to. */
export interface ClaimedPart {
  readonly claim: BatchClaim
  readonly part: BatchPart
}

/** One way to a part: this node's own archive, the layer of the claim, or another archive. */
export interface PartSource extends Source {
  readonly kind: 'own' | 'layer' | 'archive'
  /** @throws {DaError} why it does not serve it; the signal's reason. */
  retrieve(part: ClaimedPart, signal: AbortSignal): Promise<Uint8Array>
}

export interface PartSourcesDeps {
  readonly layers: DaLayers
  /** In the order in which they are asked, after the layer. */
  readonly archives: readonly PartArchive[]
  readonly own: BatchArchive
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
  /** Time of the L2 as far as it was read. */
  readonly l2Time: () => Millis
}

/** Parts in a row that a layer did not serve although it should, and an archive did, after which the alarm is raised. */
const partsToAlarm = 3

const rootOf = ({ claim, part }: ClaimedPart) => (part === 'core' ? claim.coreRoot : claim.witnessRoot)

/** Everybody who may have the parts of batches, in the order in which they are asked, each with a circuit. */
export class PartSources {
  private readonly deps: PartSourcesDeps
  private readonly own: PartSource
  private readonly archives: readonly PartSource[]
  private readonly layers: ReadonlyMap<number, PartSource>
  private readonly circuits: Sources<PartSource>
  /** Parts in a row that only archives had, by layer. */
  private readonly alone = new Map<number, number>()

  constructor(deps: PartSourcesDeps) {
    this.deps = deps
    this.own = ownSource(deps.own)
    this.archives = deps.archives.map((archive) => ({
      kind: 'archive',
      name: archive.name,
      retrieve: (part, signal) => archive.retrieve(rootOf(part), signal),
    }))
    this.layers = new Map(
      [...deps.layers].map(([number, layer]) => [
        number,
        {
          kind: 'layer',
          name: layer.name,
          retrieve: ({ claim, part }, signal) => layer.retrieve(claim[part].pointer, signal),
        },
      ]),
    )
    this.circuits = createSources([this.own, ...this.layers.values(), ...this.archives], deps.clock)
  }

  /** The layer of a part; undefined when this node was not given it. */
  layerOf({ claim, part }: ClaimedPart): PartSource | undefined {
    return this.layers.get(claim[part].layer)
  }

  /** Whom to ask for a part. Who failed again and again is asked last; who asked for a pause, not at all. */
  for(part: ClaimedPart): readonly PartSource[] {
    const layer = this.layerOf(part)
    const all = [this.own, ...(layer === undefined ? [] : [layer]), ...this.archives]
    const { asked } = this.circuits.turn(all)
    return [...asked, ...this.circuits.turn(all.filter((source) => !asked.includes(source))).asked]
  }

  /** It gave nothing that could be what was claimed. */
  failed(source: PartSource, error: unknown): void {
    const fault = error instanceof DaError ? error.fault : undefined
    // It has what this node fetched, and is asked for what it is to fetch.
    if (source === this.own && fault?.code === 'DA_MISSING') return
    this.deps.metrics.sourceAnswers.inc({ source: source.name, answer: fault?.code ?? 'undecodable' })
    if (fault?.code === 'DA_UNAVAILABLE')
      // A layer keeps the pauses that its servers ask for itself.
      this.circuits.failed(source, source.kind === 'archive' ? fault.retryAfterMs : undefined)
    else if (fault === undefined || fault.code === 'DA_CORRUPT') this.circuits.failed(source)
  }

  /** What it gave is not what was claimed. */
  async refused(source: PartSource, part: ClaimedPart): Promise<void> {
    this.deps.metrics.sourceAnswers.inc({ source: source.name, answer: 'mismatch' })
    this.circuits.failed(source)
    if (source === this.own) await this.deps.own.drop(rootOf(part))
  }

  /**
   * What it gave is what was claimed.
   * @param missed - Whether the layer was asked before, and should have had it.
   */
  accepted(source: PartSource, part: ClaimedPart, missed: boolean): void {
    const { metrics, log } = this.deps
    metrics.sourceAnswers.inc({ source: source.name, answer: 'served' })
    this.circuits.succeeded(source)
    if (source === this.own) return
    const { claim } = part
    const { layer } = claim[part.part]
    const name = this.deps.layers.get(layer)?.name
    // A layer that this node was not given cannot fail it.
    if (name === undefined) return
    const count = source.kind === 'archive' && missed && !this.isOld(part) ? (this.alone.get(layer) ?? 0) + 1 : 0
    this.alone.set(layer, count)
    metrics.onlyFromArchive.set({ layer: name }, count >= partsToAlarm ? 1 : 0)
    if (count === partsToAlarm)
      log.error(
        { alarm: 'data_only_from_archive', layer: name, parts: count, claim: claim.number, source: source.name },
        'the layer does not serve data that it should still have: only an archive does',
      )
  }

  /** Whether the layer need not have it any more. */
  private isOld({ claim, part }: ClaimedPart): boolean {
    const layer = this.deps.layers.get(claim[part].layer)
    if (layer === undefined) return true
    const ageMs = Number(this.deps.l2Time() - fromSeconds(claim.claimedAt))
    return ageMs > layer.limits().retentionSeconds * 1_000
  }
}

function ownSource(archive: BatchArchive): PartSource {
  const name = 'own archive'
  return {
    kind: 'own',
    name,
    async retrieve(part) {
      const bytes = await archive.part(rootOf(part))
      if (bytes === undefined) throw new DaError({ code: 'DA_MISSING', layer: name, pointer: rootOf(part) })
      return bytes
    },
  }
}
