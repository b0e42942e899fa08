import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CliError } from '@parley/cli'
import type { Context } from '../../context.ts'
import { measureAll } from '../all/bench-all.ts'
import { benchmarks } from '../all/benchmarks.ts'
import { type AllReport, checksOf } from '../all/report-page.ts'
import type { Check } from '../check.ts'
import { type Baseline, compare, comparisonTable, isRegression } from './compare.ts'

/** The project's own, which is committed. */
const committed = fileURLToPath(new URL('./baseline.json', import.meta.url))

/** Quick enough to be run before a change lands, and each with a limit or a size of its own. */
const guarded: ReadonlySet<string> = new Set([
  'lanes',
  'pipeline',
  'verify',
  'dau',
  'memory',
  'restart',
  'da',
  'settlement',
])

/** Compares ratios and sizes with those of a baseline, or makes it anew. @returns 1 when one got worse or is missing. */
export async function runBenchGuard(context: Context): Promise<number> {
  const { config, out, err } = context
  const { bench, run } = config
  const path = bench.baseline ?? committed
  const baseline = bench.rewrite ? undefined : await readBaseline(path)
  const report = bench.report === undefined ? await measured(context) : await readReport(bench.report)
  for (const { name, why } of report.failed) err.write(`bench ${name} failed: ${why}\n`)
  const of = benchmarks.filter(({ name }) => guarded.has(name))
  const checks = checksOf(report, of).filter(({ value, isRate }) => isRate !== true && Number.isFinite(value))
  const doubts = new Set(checks.map(({ doubt }) => doubt).filter((doubt) => doubt !== undefined))
  for (const doubt of doubts) err.write(`in doubt: ${doubt}\n`)
  if (baseline === undefined) {
    if (report.failed.length > 0 || doubts.size > 0) return 1
    await writeFile(path, `${JSON.stringify(baselineOf(report, checks), undefined, 2)}\n`)
    err.write(`${checks.length} figures are in ${path}\n`)
    return 0
  }
  assertSameTerms(path, baseline, report)
  const comparisons = compare(baseline.figures, checks, bench.tolerancePercent / 100)
  out.write(run.json ? `${JSON.stringify({ comparisons })}\n` : comparisonTable(comparisons))
  return comparisons.some(isRegression) ? 1 : 0
}

function measured(context: Context): Promise<AllReport> {
  return measureAll(
    context,
    benchmarks.filter(({ name }) => guarded.has(name)),
  )
}

/** What a report would be compared with from now on. */
export function baselineOf(report: AllReport, checks: readonly Check[]): Baseline {
  const { machine, commit, versions, quick } = report
  const figures = Object.fromEntries(checks.map(({ id, value, kind }) => [id, { value, kind }]))
  return { machine, commit, verifier: versions.verifier, quick, figures }
}

/** Ratios depend on the verifier, and sizes on how much is measured. */
function assertSameTerms(path: string, baseline: Baseline, { versions, quick }: AllReport): void {
  const refuse = (reason: string): never => {
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--baseline', reason: `${path} ${reason}` })
  }
  if (baseline.verifier !== versions.verifier)
    refuse(`was measured with ${baseline.verifier}, this run with ${versions.verifier}`)
  if (baseline.quick !== quick) refuse(`was measured ${baseline.quick ? 'with' : 'without'} --quick`)
}

function readBaseline(path: string): Promise<Baseline> {
  return readJson(path, '--baseline', 'figures')
}

function readReport(path: string): Promise<AllReport> {
  return readJson(path, '--report', 'results')
}

async function readJson<T>(path: string, argument: string, field: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown): never => {
    throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: `${path} cannot be read` }, { cause })
  })
  const refused = { code: 'ARGUMENT_INVALID', argument, reason: `${path} is none` } as const
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError(refused, { cause })
  }
  if (typeof value !== 'object' || value === null || !(field in value)) throw new CliError(refused)
  return value as T
}
