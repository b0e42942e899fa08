import { CodedError, toHex } from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock, firstOf } from '@parley/runtime'
import { turnOf } from '../challenge/turn.ts'
import { type Evidence, evidenceAt } from './evidence.ts'
import type { EvidenceOutcome, EvidenceSender } from './evidence-sender.ts'
import { type Conflict, ConflictState, type Place, placeKey } from './header-store.ts'
import { settledAt, type Watcher, type WatcherDeps } from './watcher.ts'

export interface ProverDeps extends WatcherDeps {
  readonly watcher: Watcher
  /** Shows evidence on the L2; left out, it is only told. */
  readonly sender: EvidenceSender | undefined
  readonly clock: Clock
}

export interface ProverOptions extends BackoffOptions {
  /** Milliseconds over which nodes that found the same spread what they send. */
  readonly challengeSpreadMs: number
}

/** Evidence of one place, and whether it was shown on the L2. */
export interface KnownEvidence {
  readonly place: Place
  readonly evidence: Evidence
  readonly isShown: boolean
}

/** Milliseconds between looks without anything new. */
const lookEveryMs = 5_000

/** Tells of keys that signed two headers for one place, and shows it on the L2. What is to be shown stands in the store. */
export class Prover {
  private readonly deps: ProverDeps
  private readonly options: ProverOptions
  private failures = 0
  /** Places whose evidence waits for a bond. */
  private readonly unbonded = new Set<string>()

  constructor(deps: ProverDeps, options: ProverOptions) {
    this.deps = deps
    this.options = options
  }

  /** Runs until the signal aborts. @throws what nothing here can mend: a store that fails, a defect. */
  async run(signal: AbortSignal): Promise<void> {
    const { l2, watcher, log } = this.deps
    while (!signal.aborted) {
      const { seen } = l2
      const found = watcher.found.next()
      const failures = this.failures
      try {
        await watcher.compare()
        await this.look(signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CodedError) || error.fault.code === 'STORE_INVALID') throw error
        this.failures += 1
        log.warn({ fault: error.toJSON() }, 'signed headers cannot be compared now')
      }
      const failed = this.failures > failures
      if (!failed) this.failures = 0
      await this.woken(seen, found, failed ? backoffMs(failures, this.options) : lookEveryMs, failed, signal)
    }
  }

  /** What is known, the earliest places first. @param most - Of them. */
  async known(most: number, signal: AbortSignal): Promise<KnownEvidence[]> {
    const { headers, schedule } = this.deps
    const found: KnownEvidence[] = []
    for await (const { state, settled: _, ...place } of headers.marks()) {
      if (found.length === most) break
      const evidence = await evidenceAt(this.deps, await schedule.keys(signal), place)
      if (evidence !== undefined) found.push({ place, evidence, isShown: state === ConflictState.shown })
    }
    return found
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { headers, schedule } = this.deps
    for await (const conflict of headers.marks()) {
      signal.throwIfAborted()
      if (conflict.state === ConflictState.shown) continue
      const evidence = await evidenceAt(this.deps, await schedule.keys(signal), conflict)
      if (evidence === undefined) continue
      if (conflict.state === ConflictState.met) await this.tell(conflict, evidence)
      await this.show(conflict, evidence, signal)
    }
  }

  private async tell(place: Place, { kind }: Evidence): Promise<void> {
    const { headers, log, metrics, sender } = this.deps
    metrics.evidence.inc({ kind, outcome: 'found' })
    const { number: block, lineage } = place
    const what = sender === undefined ? 'GET /v1/evidence has what shows it on the L2' : 'it is shown on the L2'
    log.fatal({ block, lineage: toHex(lineage), kind }, `THE SEQUENCER'S KEY SIGNED TWO HEADERS FOR ONE BLOCK; ${what}`)
    await headers.setState(place, ConflictState.told)
  }

  private async show(conflict: Conflict, evidence: Evidence, signal: AbortSignal): Promise<void> {
    const { headers, sender, clock, log, metrics, l2 } = this.deps
    if (sender === undefined) return
    const { kind } = evidence
    const block = conflict.number
    try {
      await clock.sleep(turnOf(placeKey(conflict), sender.address, this.options.challengeSpreadMs), signal)
      const outcome = await send(sender, evidence, signal)
      if (outcome === 'unbonded') return this.waitForBond(conflict, kind)
      metrics.evidence.inc({ kind, outcome })
      this.unbonded.delete(keyOf(conflict))
      await headers.setState(conflict, ConflictState.shown, settledAt(l2.summary?.cursor.blockNumber ?? 0n))
      log.warn({ block, kind, outcome }, 'the second header is shown on the L2')
    } catch (error) {
      if (!(error instanceof CodedError) || signal.aborted) throw error
      metrics.evidence.inc({ kind, outcome: 'refused' })
      this.failures += 1
      log.error({ block, kind, fault: error.toJSON() }, 'the second header is not shown on the L2 yet')
    }
  }

  /** A bond that is filled again answers for it, too: it is tried with each look, and told once. */
  private waitForBond(place: Place, kind: Evidence['kind']): void {
    const { log, metrics } = this.deps
    if (this.unbonded.has(keyOf(place))) return
    this.unbonded.add(keyOf(place))
    metrics.evidence.inc({ kind, outcome: 'unbonded' })
    log.warn({ block: place.number, kind }, 'a second header waits: the bond behind the key is not full')
  }

  /** Waits for something new. After a failure the wait is not cut short. */
  private async woken(
    seen: number,
    found: Promise<void>,
    ms: number,
    failed: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const ended = new AbortController()
    const inner = AbortSignal.any([signal, ended.signal])
    const { clock, l2 } = this.deps
    const over = clock.sleep(ms, inner)
    try {
      await firstOf(failed ? [over] : [over, found, l2.changed(seen, inner)], signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      ended.abort()
    }
  }
}

const keyOf = (place: Place): string => toHex(placeKey(place))

function send(sender: EvidenceSender, evidence: Evidence, signal: AbortSignal): Promise<EvidenceOutcome> {
  if (evidence.kind === 'equivocation') return sender.proveEquivocation(evidence.a, evidence.b, signal)
  const { signed, claim, opening } = evidence
  return sender.proveContradiction(signed, claim.claim, opening, signal)
}
