import type { CommandDefinition } from './command.ts'

export const simulateConservation: CommandDefinition = {
  name: 'simulate conservation',
  about: 'Do random things with the contracts on a chain of their own and account for every wei.',
  keys: ['run.json', 'load.seed', 'simulate.actions'],
  async run(context) {
    const { simulateConservation } = await import('../simulate/conservation/command.ts')
    return simulateConservation(context)
  },
}
