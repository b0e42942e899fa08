import type { Check } from '../check.ts'

/** A figure as it once was. */
export interface BaselineFigure {
  readonly value: number
  readonly kind: Check['kind']
}

/** What a run is compared with. */
export interface Baseline {
  readonly machine: string
  readonly commit: string
  readonly verifier: string
  readonly quick: boolean
  readonly figures: Readonly<Record<string, BaselineFigure>>
}

export type Verdict = 'same' | 'better' | 'worse' | 'new' | 'missing' | 'in doubt'

export interface Comparison {
  readonly id: string
  readonly before: number | undefined
  readonly now: number | undefined
  readonly verdict: Verdict
}

/** Holds every figure against the one before; within `tolerance` (a share of it) they are the same. */
export function compare(
  figures: Baseline['figures'],
  checks: readonly Pick<Check, 'id' | 'value' | 'kind' | 'doubt'>[],
  tolerance: number,
): Comparison[] {
  const measured = checks.map(({ id, value, kind, doubt }): Comparison => {
    const before = figures[id]?.value
    if (doubt !== undefined) return { id, before, now: value, verdict: 'in doubt' }
    return { id, before, now: value, verdict: before === undefined ? 'new' : verdictOf(before, value, kind, tolerance) }
  })
  const ids = new Set(checks.map(({ id }) => id))
  const missing = Object.entries(figures).filter(([id]) => !ids.has(id))
  return [
    ...measured,
    ...missing.map(([id, { value }]): Comparison => ({ id, before: value, now: undefined, verdict: 'missing' })),
  ]
}

function verdictOf(before: number, now: number, kind: Check['kind'], tolerance: number): Verdict {
  const [low, high] = [before * (1 - tolerance), before * (1 + tolerance)]
  if (now >= low && now <= high) return 'same'
  return now > high === (kind === 'at least') ? 'better' : 'worse'
}

/** A figure that got worse, or that is no longer measured. */
export function isRegression({ verdict }: Pick<Comparison, 'verdict'>): boolean {
  return verdict === 'worse' || verdict === 'missing'
}

/** A table for a terminal. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const shown = (value: number | undefined): string => (value === undefined ? '–' : String(value))
  const change = ({ before, now }: Comparison): string =>
    before === undefined || now === undefined || before === 0 ? '' : `${Math.round((100 * (now - before)) / before)} %`
  const rows = [
    ['figure', 'before', 'now', 'change', ''],
    ...comparisons.map((each) => [each.id, shown(each.before), shown(each.now), change(each), each.verdict]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const padded = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return `${padded.join('\n')}\n`
}
