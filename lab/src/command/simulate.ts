import type { LabCommand } from './command.ts'

export const simulateSpamCommand: LabCommand = {
  name: 'simulate spam',
  about: 'Let consumers, honest bulk senders and spammers invite through the contracts, and report what it costs each.',
  keys: ['run.json', 'run.out', 'load.seed', 'simulate.fees', 'bench.quick'],
  abouts: { 'run.out': 'Directory of the page and of report.json.' },
  examples: ['parley simulate spam --quick --out .parley/spam'],
  async run(context) {
    const { simulateSpam } = await import('../simulate/spam/command.ts')
    return simulateSpam(context)
  },
}

export const simulateConservationCommand: LabCommand = {
  name: 'simulate conservation',
  about: 'Do random things with the contracts on a chain of their own and account for every wei.',
  keys: ['run.json', 'load.seed', 'simulate.actions'],
  examples: ['parley simulate conservation --actions 1000 --seed 1'],
  async run(context) {
    const { simulateConservation } = await import('../simulate/conservation/command.ts')
    return simulateConservation(context)
  },
}
