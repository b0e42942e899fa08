import { benchKeys } from '../bench/print-report.ts'
import type { LabCommand } from './command.ts'

export const benchSustainedCommand: LabCommand = {
  name: 'bench sustained',
  about:
    'Measure whether a batcher keeps up for ten minutes on an L1 with slots of 12 s, and what it holds in memory while that is down; exit 1 when it does not.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'bench.policy'],
  examples: ['parley bench sustained --quick --json', 'parley bench sustained --policy ethereum-blobs --json'],
  async run(context) {
    const { runBenchSustained } = await import('../bench/sustained/bench-sustained.ts')
    return runBenchSustained(context)
  },
}
