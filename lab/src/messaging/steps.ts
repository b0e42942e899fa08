import type { Clock } from '@parley/runtime'
import { LabError } from '../faults.ts'

/** What shows that a step happened. */
export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** A step that happened. */
export interface StepReport {
  readonly step: string
  readonly seconds: number
  readonly evidence: Evidence
}

/** What a step gives to those after it, beside its evidence. */
export interface Outcome<T> {
  readonly evidence: Evidence
  readonly value: T
}

/** Takes steps one after the other, each in its time, and keeps what shows that they happened. */
export class Steps {
  readonly done: StepReport[] = []
  private readonly deps: { readonly clock: Clock; readonly onStep: (report: StepReport) => void }
  private readonly withinMs: number
  private readonly signal: AbortSignal

  /** @param withinMs - Of one step. */
  constructor(deps: Steps['deps'], withinMs: number, signal: AbortSignal) {
    this.deps = deps
    this.withinMs = withinMs
    this.signal = signal
  }

  /** @throws {LabError} `STEP_FAILED`: it did not happen, or not as it must. */
  async take<T>(step: string, work: (signal: AbortSignal) => Promise<Outcome<T>>): Promise<T> {
    const { clock, onStep } = this.deps
    const began = clock.elapsed()
    const late = AbortSignal.timeout(this.withinMs)
    try {
      const { evidence, value } = await work(AbortSignal.any([this.signal, late]))
      const report = { step, seconds: Math.round((clock.elapsed() - began) / 10) / 100, evidence }
      this.done.push(report)
      onStep(report)
      return value
    } catch (error) {
      this.signal.throwIfAborted()
      const reason = late.aborted ? `nothing within ${this.withinMs} ms` : (error as Error).message
      throw new LabError({ code: 'STEP_FAILED', step, reason }, { cause: error })
    }
  }
}

/** What a step found otherwise than it must be. */
export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new TypeError(`it does not hold that ${what}`)
}

/** What a promise is rejected with. @throws {TypeError} when it is not. */
export async function refusalOf(what: string, promise: Promise<unknown>): Promise<{ readonly code: string }> {
  const outcome = await promise.then(
    () => undefined,
    (error: { readonly fault?: { readonly code?: string } }) => error.fault?.code ?? String(error),
  )
  expectThat(outcome !== undefined, `${what} is refused`)
  return { code: outcome }
}
