import type { CommandDefinition } from './command.ts'

/** What anyone does when a sequencer is silent. */
export const rescueCommand: CommandDefinition = {
  name: 'rescue',
  about: 'End a silence: have all waiting inbox items executed, by claims of PARLEY_L2_KEY if nobody else makes them.',
  keys: [
    'run.dataDir',
    'run.lanes',
    'run.verifier',
    'run.json',
    'l2.url',
    'l2.rollup',
    'l1.url',
    'l1.beaconUrl',
    'l1.slots',
    'da.localUrl',
  ],
  examples: [
    'parley rescue --dev DIR --data /tmp/my-rescue',
    'parley rescue --data /var/lib/parley/rescue --l2 https://YOUR-L2-RPC --deployment deployment.json',
  ],
  async run(context) {
    const { rescue } = await import('../rescue/run-rescue.ts')
    return rescue(context)
  },
}
