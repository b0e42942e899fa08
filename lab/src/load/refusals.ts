import { type Refusal, refusalDetails } from '@parley/client'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Offer } from './offer.ts'

/** Refusals of one kind since they were last logged. */
interface Counted {
  count: number
  /** What the latest of them was refused with. */
  refusal: Refusal
}

/** Milliseconds for which refusals are counted before they are logged: they come in bursts. */
const everyMs = 5_000

/** Logs what a load's offers are refused for: one line a kind and interval, however many there are. */
export class Refusals {
  private readonly counted = new Map<string, Counted & { readonly kind: Offer['kind'] }>()
  private readonly deps: { readonly clock: Clock; readonly log: Logger }
  private since: number | undefined

  constructor(deps: { readonly clock: Clock; readonly log: Logger }) {
    this.deps = deps
  }

  add(kind: Offer['kind'], refusal: Refusal): void {
    const name = `${kind} ${refusal.refusal}`
    const counted = this.counted.get(name) ?? { kind, count: 0, refusal }
    this.counted.set(name, { ...counted, count: counted.count + 1, refusal })
    this.since ??= this.deps.clock.elapsed()
  }

  /** To be called with every answer: logs what has waited for an interval. */
  tick(): void {
    if (this.since !== undefined && this.deps.clock.elapsed() - this.since >= everyMs) this.flush()
  }

  /** Logs what is counted so far. */
  flush(): void {
    for (const { kind, count, refusal } of this.counted.values()) {
      const { reason, ...details } = refusalDetails(refusal)
      const values = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)]))
      this.deps.log.warn({ count, ...values }, `the load’s ${kind}s refused: ${reason}`)
    }
    this.counted.clear()
    this.since = undefined
  }
}
