import type { Section } from '../../page/page.ts'

/** A figure with what it is held to. Ratios and sizes only: a rate says more of the machine than of the code. */
export interface Check {
  /** Stays the same from run to run. */
  readonly id: string
  readonly what: string
  readonly value: number
  readonly bound: number
  readonly kind: 'at least' | 'at most'
}

/** A report as a page shows it. */
export interface Shown {
  readonly section: Section
  readonly checks: readonly Check[]
}

/** One benchmark of all. */
export interface Benchmark {
  /** `parley bench NAME` prints its report. */
  readonly name: string
  /** @param report - What it printed. */
  show(report: unknown): Shown
}

/** A benchmark whose report has this form. */
export function benchmark<R>(name: string, show: (report: R) => Shown): Benchmark {
  return { name, show: (report) => show(report as R) }
}

/** What could not be measured, which JSON has as null, reaches nothing. */
export function isReached({ value, bound, kind }: Pick<Check, 'value' | 'bound' | 'kind'>): boolean {
  if (!Number.isFinite(value)) return false
  return kind === 'at least' ? value >= bound : value <= bound
}

/** A workload as the beginning of a sentence. */
export function sentence(workload: string): string {
  return workload.charAt(0).toUpperCase() + workload.slice(1)
}
