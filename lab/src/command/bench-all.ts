import { benchKeys } from '../bench/print-report.ts'
import type { LabCommand } from './command.ts'

export const benchAllCommand: LabCommand = {
  name: 'bench all',
  about: 'Run every benchmark in turn, and write report.json and a page of plots, index.html, into --out.',
  keys: [...benchKeys, 'run.out'],
  abouts: { 'run.out': 'Directory of the page and of report.json.' },
  examples: ['parley bench all --quick --out .parley/bench'],
  async run(context) {
    const { runBenchAll } = await import('../bench/all/bench-all.ts')
    return runBenchAll(context)
  },
}

export const benchGuardCommand: LabCommand = {
  name: 'bench guard',
  about: 'Compare ratios and sizes with a baseline; exit 1 when one got worse. With --rewrite, make the baseline anew.',
  keys: [...benchKeys, 'bench.baseline', 'bench.rewrite', 'bench.report', 'bench.tolerancePercent'],
  examples: ['parley bench guard --quick'],
  async run(context) {
    const { runBenchGuard } = await import('../bench/guard/bench-guard.ts')
    return runBenchGuard(context)
  },
}
