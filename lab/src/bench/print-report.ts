import type { Context } from '../context.ts'
import type { BenchFrame } from './frame.ts'

/** Configuration keys that every benchmark takes. */
export const benchKeys = ['run.json', 'run.verifier', 'load.seed', 'bench.quick', 'bench.repeats'] as const

/** Prints a report as JSON: one line with `--json`, indented for people otherwise. @returns the exit code. */
export function printReport<R extends BenchFrame>({ config, out, err }: Context, report: R): number {
  if (report.quick) err.write('quick: fewer repeats and smaller sizes, not for citing\n')
  out.write(`${JSON.stringify(report, undefined, config.run.json ? undefined : 2)}\n`)
  return 0
}
