import type { Page, Section } from '../../page/page.ts'
import { type Check, verdictOf } from '../check.ts'
import type { BenchFrame } from '../frame.ts'
import type { Benchmark } from './benchmark.ts'

/** What `parley bench all` writes: each benchmark's own report under its name. */
export interface AllReport extends BenchFrame {
  /** When it was begun, as ISO 8601. */
  readonly begunAt: string
  readonly results: Readonly<Record<string, unknown>>
  /** Benchmarks that gave no report, and why. */
  readonly failed: readonly { readonly name: string; readonly why: string }[]
}

/** Checks of everything that was measured. */
export function checksOf({ results }: Pick<AllReport, 'results'>, benchmarks: readonly Benchmark[]): Check[] {
  return shownOf({ results }, benchmarks).flatMap(({ checks }) => checks)
}

const shownOf = ({ results }: Pick<AllReport, 'results'>, benchmarks: readonly Benchmark[]) =>
  benchmarks.filter(({ name }) => results[name] !== undefined).map(({ name, show }) => show(results[name]))

/** The report as a page. */
export function reportPage(report: AllReport, benchmarks: readonly Benchmark[]): Page {
  const { machine, cores, commit, versions, seed, repeats, quick, begunAt } = report
  const shown = shownOf(report, benchmarks)
  const sections = [boundsSection(shown.flatMap(({ checks }) => checks)), ...shown.map(({ section }) => section)]
  return {
    title: 'Parley’s benchmarks',
    text: [
      'Every figure was measured in one run by one command, parley bench all. Compare ratios, which were taken in turn with their limit, rather than rates, which drift with the machine. Points are medians; whiskers go from the smallest to the largest of the repeats.',
      ...(quick
        ? ['This was a quick run, with fewer repeats and smaller sizes: good for looking, not for citing.']
        : []),
    ],
    facts: [
      ['machine', `${machine}, ${cores} cores`],
      ['commit', commit],
      ['begun', begunAt],
      ['Node', versions.node],
      ['verifier', versions.verifier],
      ['limit', `npm secp256k1 ${versions.secp256k1}`],
      ['seed', seed],
      ['repeats', String(repeats)],
    ],
    sections: report.failed.length === 0 ? sections : [failedSection(report), ...sections],
  }
}

function boundsSection(checks: readonly Check[]): Section {
  return {
    title: 'Bounds',
    text: doubts(checks),
    parts: [
      {
        kind: 'table',
        caption: 'What was to be reached, and what was measured',
        columns: ['figure', 'measured', 'bound', ''],
        rows: checks.map((check) => [check.what, check.value, `${check.kind} ${check.bound}`, verdictOf(check)]),
      },
    ],
  }
}

/** What was disturbed, once for each cause, and what is left to be said of it. */
function doubts(checks: readonly Check[]): string[] {
  const causes = Map.groupBy(
    checks.filter(({ doubt }) => doubt !== undefined),
    ({ doubt }) => doubt as string,
  )
  return [...causes].map(([cause, doubted]) => {
    const byCpuTime = doubted
      .filter((check) => check.byCpuTime !== undefined)
      .map((check) => `${check.what} ${check.byCpuTime}`)
    const left = byCpuTime.length === 0 ? '' : ` By CPU time, which that disturbs less: ${byCpuTime.join('; ')}.`
    return `In doubt: ${cause}. The machine did something else meanwhile, and the run claims nothing of ${doubted.map(({ what }) => what).join('; ')}.${left}`
  })
}

function failedSection({ failed }: AllReport): Section {
  return {
    title: 'Failed',
    text: [],
    parts: [
      {
        kind: 'table',
        caption: 'Benchmarks that gave no report',
        columns: ['benchmark', 'why'],
        rows: failed.map(({ name, why }) => [name, why]),
      },
    ],
  }
}
