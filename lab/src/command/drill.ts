import { CliError } from '@parley/cli'
import type { LabCommand } from './command.ts'

/** Breaks things on a whole stack of this machine. */
export const drillCommand: LabCommand = {
  name: 'drill',
  about: 'Break things under load on a whole stack of this machine, and show that nothing is lost or published twice.',
  args: [{ name: '[family]', about: 'What the drills are of; da, layers and where parts go, when left out.' }],
  keys: ['run.dataDir', 'run.json', 'run.lanes', 'run.verifier', 'load.seed', 'chosen.only', 'chosen.all'],
  abouts: {
    'chosen.only': 'Drills that are run, separated by commas; docs/drills.md lists them.',
    'chosen.all': 'Run every drill, not only those of the default set.',
  },
  examples: ['parley drill --json', 'parley drill da --only pool-dropped,stuck-nonce'],
  async run(context, [family]) {
    const { only, all } = context.config.chosen
    if (all && only !== undefined)
      throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--only', reason: 'cannot be beside --all' })
    const { runDrills } = await import('../drill/run/run.ts')
    return runDrills(context, { family, only: only?.split(',').map((name) => name.trim()), all })
  },
}
