import { CliError } from '@parley/cli'
import type { LabCommand } from './command.ts'

/** Tries every lie on a whole stack of this machine. */
export const adversaryCommand: LabCommand = {
  name: 'adversary',
  about: 'Try lies on a whole stack of this machine, one after another, and show how each is caught.',
  keys: ['run.dataDir', 'run.json', 'run.lanes', 'run.verifier', 'load.seed', 'chosen.only', 'chosen.all'],
  abouts: {
    'chosen.only': 'Classes that are tried, separated by commas; docs/adversary.md lists them.',
    'chosen.all': 'Try every class.',
  },
  examples: ['parley adversary --only state-root,high-s', 'parley adversary --all --json'],
  async run(context) {
    const { only, all } = context.config.chosen
    if (all === (only !== undefined))
      throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--only', reason: 'needs either --only or --all' })
    const { runAdversary } = await import('../adversary/run/run.ts')
    return runAdversary(
      context,
      only?.split(',').map((name) => name.trim()),
    )
  },
}
