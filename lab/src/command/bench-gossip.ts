import { benchKeys, printReport } from '../bench/print-report.ts'
import type { LabCommand } from './command.ts'

export const benchGossipCommand: LabCommand = {
  name: 'bench gossip',
  about: 'Measure what gossip of headers costs 16 peers, how soon a second header is known, and what a flood does.',
  keys: benchKeys,
  examples: ['parley bench gossip --quick --json'],
  async run(context) {
    const { benchGossip } = await import('../bench/gossip/bench-gossip.ts')
    return printReport(context, await benchGossip(context))
  },
}
