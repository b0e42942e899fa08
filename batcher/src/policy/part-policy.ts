import type { PolicySettings } from './settings.ts'

/** Why a layer is left: a fault's code, no answer at all, or another one's price. */
export type Signal = string

/** Where one attempt goes: a place in the part's list of layers. */
export interface Choice {
  readonly layer: number
  /** Whether it tries the home layer again, while another one is in use. At most one is under way. */
  readonly probe: boolean
}

/** That a part goes to another layer from now on. */
export interface Switch {
  readonly from: number
  readonly to: number
  readonly signal: Signal
}

/** All that decides where a part goes; the same state and the same events give the same decisions. */
export interface PolicyState {
  /** Layer that is returned to: the first of the list, or the one that proved cheaper. */
  readonly home: number
  readonly active: number
  readonly switchedAt: number | undefined
  /** Batches published on the active layer since the switch. */
  readonly batches: number
  readonly probing: boolean
  readonly failedProbes: number
  /** When the home layer is tried again, however few batches there were. */
  readonly probeAt: number
  /** Since when the active layer asks for too much. */
  readonly cappedSince: number | undefined
  /** Failures of the active layer without any success between them. */
  readonly outage: { readonly since: number; readonly failures: number } | undefined
  readonly cheaper: { readonly layer: number; readonly since: number } | undefined
}

export interface Decision {
  readonly state: PolicyState
  readonly switched?: Switch
}

/** Failures in a row before a layer counts as out: one timeout says nothing. */
const failuresOfAnOutage = 5

const calm = { cappedSince: undefined, outage: undefined, cheaper: undefined } as const

export const initialPolicy: PolicyState = {
  home: 0,
  active: 0,
  switchedAt: undefined,
  batches: 0,
  probing: false,
  failedProbes: 0,
  probeAt: 0,
  ...calm,
}

/** Rules of one part over `layers` layers in the order of preference. Pure: nothing but arguments is looked at. */
export class PartPolicy {
  private readonly layers: number
  private readonly settings: PolicySettings

  constructor(layers: number, settings: PolicySettings) {
    this.layers = layers
    this.settings = settings
  }

  /** Where an attempt that begins now goes. A probe counts as under way until it is told how it ended. */
  choose(state: PolicyState, now: number): Decision & { readonly choice: Choice } {
    if (!this.isProbeDue(state, now)) return { state, choice: { layer: state.active, probe: false } }
    return { state: { ...state, probing: true }, choice: { layer: state.home, probe: true } }
  }

  /** An attempt was published. */
  succeeded(state: PolicyState, { layer, probe }: Choice, now: number): Decision {
    if (probe && layer === state.home && state.active !== state.home) {
      if (this.mayMove(state, now)) return this.move(state, layer, 'recovered', now)
      // The layer in between failed while it was tried.
      return { state: { ...state, probing: false, probeAt: now } }
    }
    if (layer !== state.active) return { state }
    return { state: { ...state, batches: state.batches + 1, cappedSince: undefined, outage: undefined } }
  }

  /**
   * An attempt failed with `signal`: the code of a fault, or `stalled` when no answer came.
   * @returns `leave`: whether the attempt must be abandoned and made elsewhere; else it is made again where it is.
   */
  failed(
    state: PolicyState,
    { layer, probe }: Choice,
    signal: Signal,
    now: number,
  ): Decision & { readonly leave: boolean } {
    if (probe) return { state: this.afterProbe(state, now), leave: true }
    if (layer !== state.active) return { state, leave: true }
    const noted = note(state, signal, now)
    if (!this.isOver(noted, signal, now) || !this.mayMove(noted, now)) return { state: noted, leave: false }
    const next = (layer + 1) % this.layers
    return { ...this.move(noted, next, signal, now), leave: true }
  }

  /** A probe was ended by something that says nothing about the layer: it is made again when it is due. */
  interrupted(state: PolicyState, { probe }: Choice): PolicyState {
    return probe ? { ...state, probing: false } : state
  }

  /** What each layer asks for the same bytes, in one token; undefined where it cannot be told. */
  quoted(state: PolicyState, costs: readonly (bigint | undefined)[], now: number): Decision {
    const layer = state.active === state.home ? this.cheaperThan(state.active, costs) : undefined
    if (layer === undefined) return { state: { ...state, cheaper: undefined } }
    const since = state.cheaper?.layer === layer ? state.cheaper.since : now
    const noted = { ...state, cheaper: { layer, since } }
    if (now - since < this.settings.cheaperForMs || !this.mayMove(noted, now)) return { state: noted }
    return this.move({ ...noted, home: layer }, layer, 'cheaper', now)
  }

  private cheaperThan(active: number, costs: readonly (bigint | undefined)[]): number | undefined {
    const own = costs[active]
    if (own === undefined) return undefined
    const bound = own * BigInt(this.settings.cheaperPercent)
    let best: number | undefined
    costs.forEach((cost, layer) => {
      if (cost === undefined || cost * 100n >= bound) return
      if (best === undefined || cost < (costs[best] as bigint)) best = layer
    })
    return best
  }

  private isProbeDue(state: PolicyState, now: number): boolean {
    if (state.active === state.home || state.probing || !this.mayMove(state, now)) return false
    const enough = state.failedProbes === 0 && state.batches >= this.settings.probeAfterBatches
    return enough || now >= state.probeAt
  }

  private afterProbe(state: PolicyState, now: number): PolicyState {
    const failedProbes = state.failedProbes + 1
    const { probeAfterMs, maxProbeMs } = this.settings
    const waitMs = Math.min(maxProbeMs, probeAfterMs * 2 ** Math.min(failedProbes, 30))
    return { ...state, probing: false, failedProbes, probeAt: now + waitMs }
  }

  private isOver({ cappedSince, outage }: PolicyState, signal: Signal, now: number): boolean {
    if (this.layers === 1) return false
    if (atOnce.has(signal)) return true
    const { feePatienceMs, outagePatienceMs } = this.settings
    if (cappedSince !== undefined && now - cappedSince >= feePatienceMs) return true
    return outage !== undefined && outage.failures >= failuresOfAnOutage && now - outage.since >= outagePatienceMs
  }

  private mayMove({ switchedAt }: PolicyState, now: number): boolean {
    return switchedAt === undefined || now - switchedAt >= this.settings.switchEveryMs
  }

  private move(state: PolicyState, to: number, signal: Signal, now: number): Decision {
    const from = state.active
    const probeAt = now + this.settings.probeAfterMs
    const failedProbes = to === state.home ? 0 : state.failedProbes
    const moved = { ...state, ...calm, active: to, switchedAt: now, batches: 0, probing: false, failedProbes, probeAt }
    return { state: moved, switched: { from, to, signal } }
  }
}

/** What a layer, or the account on it, says for good: nothing is gained by patience. */
const atOnce: ReadonlySet<Signal> = new Set(['DA_FALL_BACK', 'DA_REFUSED', 'stalled'])

function note(state: PolicyState, signal: Signal, now: number): PolicyState {
  if (signal === 'DA_FEE_CAPPED') return { ...state, outage: undefined, cappedSince: state.cappedSince ?? now }
  if (signal !== 'DA_UNAVAILABLE') return state
  const { since, failures } = state.outage ?? { since: now, failures: 0 }
  return { ...state, outage: { since, failures: failures + 1 } }
}
