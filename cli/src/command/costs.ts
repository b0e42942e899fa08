import type { CommandDefinition } from './command.ts'

/** What a batcher paid; it may run meanwhile. */
export const costsCommand: CommandDefinition = {
  name: 'costs',
  about: 'Print what a batcher paid, by part of the batches and by layer, a message and in all.',
  keys: ['run.dataDir', 'run.json', 'costs.since', 'rates.tia', 'rates.usd'],
  examples: ['parley costs --data /var/lib/parley/batcher --since 2026-11-01 --usd-rate 2000'],
  async run(context) {
    const { showCosts } = await import('../costs/run-costs.ts')
    return showCosts(context)
  },
}
