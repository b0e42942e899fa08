import type { Key } from '../config/config.ts'
import { batcherCommand } from './batcher.ts'
import type { CommandDefinition } from './command.ts'
import { daCommand } from './da.ts'
import { daNodeCommand } from './da-node.ts'
import { gatewayCommand } from './gateway.ts'
import { nodeCommand } from './node.ts'
import { pdsCommand } from './pds.ts'
import { relayCommand } from './relay.ts'
import { sequencerCommand } from './sequencer.ts'
import { signerCommand } from './signer.ts'
import { storeCommand } from './store.ts'

const roles = [
  sequencerCommand,
  batcherCommand,
  nodeCommand,
  signerCommand,
  relayCommand,
  daNodeCommand,
  storeCommand,
  gatewayCommand,
  pdsCommand,
  daCommand,
]

/** Every flag of the roles: an examination takes what they are started with. */
const keys: readonly Key[] = [...new Set(roles.flatMap((role) => role.keys as readonly Key[])), 'run.json']

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  about:
    'Check what a role needs before it starts: machine, settings, keys, L1, L2, layers, contracts, money. Changes nothing; exits 1 on a fault.',
  args: [{ name: '[role]', about: 'Role that is to start, with the flags it takes; without it what is configured.' }],
  keys,
  abouts: { 'run.json': 'Print one JSON object on standard output, with a list of checks.' },
  examples: [
    'parley doctor --l2 https://YOUR-L2-RPC',
    'parley doctor node --data /var/lib/parley/node --l2 https://YOUR-L2-RPC --deployment deployment.json',
    'parley doctor batcher --config /etc/parley/batcher.toml',
  ],
  async run(context, args) {
    const { runDoctor } = await import('../doctor/run-doctor.ts')
    return runDoctor(context, args)
  },
}
