import type { Section } from '../page/page.ts'

/** A figure with what it is held to. Ratios and sizes, but where it says: a rate says more of the machine than of the code. */
export interface Check {
  /** Stays the same from run to run. */
  readonly id: string
  readonly what: string
  readonly value: number
  readonly bound: number
  readonly kind: 'at least' | 'at most'
  /** It is a rate, which is compared with none of another run. */
  readonly isRate?: true
  /** Why the run claims nothing of it; left out when it can. */
  readonly doubt?: string | undefined
  /** The same by CPU time, which others on the machine disturb less. */
  readonly byCpuTime?: number | undefined
}

/** A report as a page shows it. */
export interface Shown {
  readonly section: Section
  readonly checks: readonly Check[]
}

/** What could not be measured, which JSON has as null, reaches nothing. */
export function isReached({ value, bound, kind }: Pick<Check, 'value' | 'bound' | 'kind'>): boolean {
  if (!Number.isFinite(value)) return false
  return kind === 'at least' ? value >= bound : value <= bound
}

export type Verdict = 'reached' | 'not reached' | 'in doubt'

/** What may be claimed of a figure: nothing when its run was disturbed, whichever side of the bound it is on. */
export function verdictOf(check: Check): Verdict {
  if (check.doubt !== undefined) return 'in doubt'
  return isReached(check) ? 'reached' : 'not reached'
}

/** A workload as the beginning of a sentence. */
export function sentence(workload: string): string {
  return workload.charAt(0).toUpperCase() + workload.slice(1)
}
