import type { Shown } from '../check.ts'

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
