import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '@parley/protocol'
import { makeDirectory } from '@parley/runtime/files'
import { needed } from '../../config/settings.ts'
import type { Context } from '../../context.ts'
import { renderPage } from '../../page/render-page.ts'
import { benchFrame, repeatsOf } from '../frame.ts'
import { runBenchmark } from '../run-benchmark.ts'
import type { Benchmark } from './benchmark.ts'
import { benchmarks } from './benchmarks.ts'
import { type AllReport, checksOf, reportPage } from './report-page.ts'

/** Runs one benchmark of `all`. */
export type RunOne = (context: Context, command: string) => Promise<Record<string, unknown>>

/**
 * Runs benchmarks in turn, one that fails not stopping the others.
 * @throws the signal's reason when it aborts.
 */
export async function measureAll(
  context: Context,
  of: readonly Benchmark[] = benchmarks,
  run: RunOne = runBenchmark,
): Promise<AllReport> {
  const { config, err, clock, signal } = context
  const begunAt = new Date(clock.now()).toISOString()
  const results: Record<string, unknown> = {}
  const failed: { name: string; why: string }[] = []
  for (const [at, { name }] of of.entries()) {
    const started = clock.now()
    err.write(`${at + 1} of ${of.length}: bench ${name}\n`)
    try {
      results[name] = await run(context, `bench ${name}`)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof CodedError)) throw error
      failed.push({ name, why: error.message })
    }
    err.write(`bench ${name}: ${((clock.now() - started) / 1_000).toFixed(0)} s\n`)
  }
  const workload = of.map(({ name }) => name).join(', ')
  return { ...benchFrame(context, { workload, repeats: repeatsOf(config) }), begunAt, results, failed }
}

/** Measures all, and writes `report.json` and `index.html`. @returns 1 when a benchmark failed. */
export async function runBenchAll(context: Context): Promise<number> {
  const directory = needed(context.config, 'run.out')
  await makeDirectory(directory)
  const report = await measureAll(context)
  await writeReport(directory, report, benchmarks)
  const doubts = new Set(checksOf(report, benchmarks).map(({ doubt }) => doubt))
  for (const doubt of doubts) if (doubt !== undefined) context.err.write(`in doubt: ${doubt}\n`)
  for (const { name, why } of report.failed) context.err.write(`bench ${name} failed: ${why}\n`)
  const page = join(directory, 'index.html')
  context.out.write(`${JSON.stringify({ report: join(directory, 'report.json'), page, failed: report.failed })}\n`)
  return report.failed.length === 0 ? 0 : 1
}

/** Writes the report as data and as a page. */
export async function writeReport(directory: string, report: AllReport, of: readonly Benchmark[]): Promise<void> {
  await writeFile(join(directory, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(directory, 'index.html'), renderPage(reportPage(report, of)))
}
