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

export const simulateSybilCommand: LabCommand = {
  name: 'simulate sybil',
  about:
    'Be many people to a gateway by every proof it takes, and report what each free message costs beside a consumer’s.',
  keys: ['run.json', 'bench.quick'],
  examples: ['parley simulate sybil --json', 'parley simulate sybil --config gateway.json'],
  async run(context) {
    const { simulateSybil } = await import('../simulate/sybil/command.ts')
    return simulateSybil(context)
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
