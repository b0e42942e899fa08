import {
  type BatchClaim,
  DaError,
  type DaFault,
  type DataAvailability,
  fromSeconds,
  type Millis,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { BatchPart } from '../faults.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { DaLayers } from './part-sources.ts'

/** Claims that were found right, by their numbers from 1 on. */
export interface VerifiedClaims {
  readonly last: () => bigint
  claim(number: bigint): Promise<BatchClaim | undefined>
}

export interface AuditorDeps {
  readonly layers: DaLayers
  readonly claims: VerifiedClaims
  /** Time of the L2 as far as it was read. */
  readonly l2Time: () => Millis
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<NodeMetrics, 'audits' | 'lostParts'>
  /** Draws from 0 to below 1. */
  readonly random: () => number
}

/** A part that was not there when it was asked for. */
interface Doubt {
  readonly claim: BatchClaim
  readonly part: BatchPart
  /** Times in a row that it was not there. */
  times: number
}

/** What says that data is not there; whoever does not answer says nothing. */
const absences: ReadonlySet<DaFault['code']> = new Set(['DA_MISSING', 'DA_PRUNED', 'DA_ABSENT', 'DA_CORRUPT'])
/** Parts in doubt that are remembered: who lost more has lost everything. */
const mostDoubts = 64
/** Times after which a part counts as lost: once, a server behind another one may be asked. */
const timesToAlarm = 2

const parts: readonly BatchPart[] = ['core', 'witness']
const keyOf = ({ number }: BatchClaim, part: BatchPart): string => `${number} ${part}`

/**
 * Asks the layers now and then whether they still have what was claimed, for as long as they promise to keep it: both parts of
 * one claim drawn among all, and what was not there before. Nothing is derived from it; its operator is told.
 */
export class Auditor {
  private readonly deps: AuditorDeps
  private readonly everyMs: number
  private readonly doubts = new Map<string, Doubt>()

  /** @param everyMs - Milliseconds between two claims; 0 audits nothing. */
  constructor(deps: AuditorDeps, everyMs: number) {
    this.deps = deps
    this.everyMs = everyMs
    for (const { name } of deps.layers.values()) deps.metrics.lostParts.set({ layer: name }, 0)
  }

  /** Runs until the signal aborts. @throws what is no fault of a layer. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.everyMs === 0) return
    while (!signal.aborted) {
      try {
        await this.deps.clock.sleep(this.everyMs, signal)
        await this.audit(signal)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
    }
  }

  private async audit(signal: AbortSignal): Promise<void> {
    for (const { claim, part } of [...this.doubts.values()]) await this.auditPart(claim, part, signal)
    const claim = await this.draw()
    if (claim === undefined) return
    for (const part of parts) if (!this.doubts.has(keyOf(claim, part))) await this.auditPart(claim, part, signal)
  }

  /** One of the claims that a layer must have something of, each as likely as any other. */
  private async draw(): Promise<BatchClaim | undefined> {
    const { layers, claims, random } = this.deps
    const last = claims.last()
    const longest = Math.max(0, ...[...layers.values()].map((layer) => layer.limits().retentionSeconds))
    const first = await this.firstWithin(longest, last)
    if (first > last) return undefined
    return claims.claim(first + BigInt(Math.floor(random() * Number(last - first + 1n))))
  }

  /** Number of the first claim that is not older than so many seconds; `last + 1n` when all are. */
  private async firstWithin(seconds: number, last: bigint): Promise<bigint> {
    let [low, high] = [1n, last + 1n]
    while (low < high) {
      const middle = (low + high) / 2n
      const claim = await this.deps.claims.claim(middle)
      if (claim !== undefined && this.isYounger(claim, seconds)) high = middle
      else low = middle + 1n
    }
    return low
  }

  private isYounger({ claimedAt }: BatchClaim, seconds: number): boolean {
    return Number(this.deps.l2Time() - fromSeconds(claimedAt)) <= seconds * 1_000
  }

  private async auditPart(claim: BatchClaim, part: BatchPart, signal: AbortSignal): Promise<void> {
    const { layer: number, pointer } = claim[part]
    const layer = this.deps.layers.get(number)
    if (layer === undefined) return
    // What it need not have any more is no loss.
    const isDue = this.isYounger(claim, layer.limits().retentionSeconds)
    const fault = isDue ? await this.ask(layer, pointer, signal) : undefined
    if (fault === undefined) this.doubts.delete(keyOf(claim, part))
    else if (absences.has(fault.fault.code)) this.missed(claim, part, layer, fault)
    this.show(layer)
  }

  /** @returns why it is not there. */
  private async ask(layer: DataAvailability, pointer: Uint8Array, signal: AbortSignal): Promise<DaError | undefined> {
    const { audits } = this.deps.metrics
    try {
      await layer.audit(pointer, signal)
      audits.inc({ layer: layer.name, outcome: 'there' })
      return undefined
    } catch (error) {
      if (signal.aborted || !(error instanceof DaError)) throw error
      audits.inc({ layer: layer.name, outcome: error.fault.code })
      return error
    }
  }

  private missed(claim: BatchClaim, part: BatchPart, { name }: DataAvailability, fault: DaError): void {
    const { log } = this.deps
    const key = keyOf(claim, part)
    const doubt = this.doubts.get(key) ?? { claim, part, times: 0 }
    doubt.times += 1
    if (this.doubts.size < mostDoubts) this.doubts.set(key, doubt)
    const about = { layer: name, claim: claim.number, part, fault: fault.toJSON() }
    if (doubt.times === 1) log.warn(about, 'a layer does not have a part that it should still have; it is asked again')
    if (doubt.times === timesToAlarm)
      log.error({ alarm: 'data_lost', ...about }, 'a layer has lost a part that it should still have')
  }

  private show({ layer: number, name }: DataAvailability): void {
    const isLost = ({ claim, part, times }: Doubt) => claim[part].layer === number && times >= timesToAlarm
    this.deps.metrics.lostParts.set({ layer: name }, [...this.doubts.values()].filter(isLost).length)
  }
}
