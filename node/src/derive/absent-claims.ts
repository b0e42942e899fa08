import type { Clock } from '@parley/runtime'
import type { ClaimKnowledge, ServedParts } from '../answers/claim.ts'
import type { PartSources } from '../archive/part-sources.ts'
import type { NodeError } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { ClaimReader } from './claim-reader.ts'
import { readableLayers } from './part-fetch.ts'
import { Survey } from './survey.ts'

/** A claim whose data is not there. */
export interface AbsentClaim {
  readonly record: ClaimRecord
  /** Milliseconds since this process first missed it, or the one before it that it waits for. */
  readonly absentMs: number
  /** What is known of it, and what to ask for next. */
  readonly known: () => Promise<ClaimKnowledge>
  /** Places that have to be asked for at most. */
  readonly atMost: number
}

export interface AbsentClaimsDeps {
  readonly l2: L2Log
  readonly store: ChainStore
  readonly sources: PartSources
  readonly clock: Clock
}

/** Finds what is to be asked for on the L2. */
export class AbsentClaims {
  private readonly deps: AbsentClaimsDeps
  private readonly claims: ClaimReader
  private readonly survey: Survey

  constructor(deps: AbsentClaimsDeps, claims: ClaimReader) {
    this.deps = deps
    this.claims = claims
    this.survey = new Survey(deps)
  }

  /** In their order; those that are not wanted yet only while the first one is waited for. */
  async find(signal: AbortSignal): Promise<readonly AbsentClaim[]> {
    const { store, clock } = this.deps
    const first = store.tip.claim + 1n
    const found: AbsentClaim[] = []
    for (const record of await this.claims.standing(first)) {
      const absence = this.claims.wants(record) ? this.claims.absence(record) : undefined
      if (absence === undefined || !this.canHelp(absence.fault, record)) continue
      found.push(await this.absent(record, clock.elapsed() - absence.since))
    }
    const [stuck] = found
    if (stuck?.record.claim.number !== first) return found
    return [...found, ...(await this.behind(found, stuck.absentMs, signal))]
  }

  /**
   * Claims behind one that is waited for: those of which something is not served, and those that can soon be asked for no more.
   * What is served of them cannot be judged before the one before is verified.
   */
  private async behind(found: readonly AbsentClaim[], absentMs: number, signal: AbortSignal): Promise<AbsentClaim[]> {
    const { l2, store } = this.deps
    const behind: AbsentClaim[] = []
    for (const record of await this.claims.standing(store.tip.claim + 2n)) {
      const isFound = found.some((each) => each.record.claim.number === record.claim.number)
      if (!isFound && this.claims.wants(record) && this.claims.pieces.isLate(record))
        behind.push(await this.absent(record, absentMs))
    }
    const others = await this.claims.behind(store.tip.claim + 1n, l2.summary?.claim ?? 0n)
    for (const [record, served] of await this.survey.look(others, signal)) {
      const isServed = served.core !== undefined && served.witness !== undefined
      if (!isServed || this.claims.pieces.isLate(record)) behind.push(await this.absent(record, absentMs, served))
    }
    return behind
  }

  /**
   * Whether asking for it can help: not what the L2 has still to tell. What this node could read and was not given is its
   * operator's affair as long as there is time to mend that; whoever hides a lie there must not go unasked.
   */
  private canHelp({ fault }: NodeError, record: ClaimRecord): boolean {
    if (fault.code === 'DA_LAYER_UNKNOWN') return !readableLayers.has(fault.layer) || this.claims.pieces.isLate(record)
    return fault.code === 'DATA_UNAVAILABLE' || fault.code === 'DATA_UNDECODABLE' || fault.code === 'DATA_MISMATCH'
  }

  private async absent(record: ClaimRecord, absentMs: number, served?: ServedParts): Promise<AbsentClaim> {
    const { pieces } = this.claims
    const known = () => pieces.known(record, served)
    return { record, absentMs, known, atMost: await pieces.atMost(record, served) }
  }
}
