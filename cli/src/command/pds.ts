import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Keeps what comes for its users. */
export const pdsCommand: CommandDefinition = {
  name: 'pds',
  serves: true,
  about: 'Keep what comes for users while their devices are away, and sign what is said of it with PARLEY_PDS_KEY.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'l2.url',
    'l2.rollup',
    'l2.directory',
    'l2.publicInbox',
    'l2.publicInboxBlock',
    'sequencer.url',
    'node.url',
    'pds.stores',
  ],
  abouts: { 'sequencer.url': 'Where a sequencer or a relay serves: its feed is followed.' },
  fallbacks: { 'run.port': ports.pds },
  examples: [
    'PARLEY_PDS_KEY=file:pds.key parley pds --data /var/lib/parley/pds --l2 https://YOUR-L2-RPC --deployment deployment.json --sequencer https://RELAY --node https://NODE --stores https://STORE-A,https://STORE-B',
  ],
  async run(context) {
    const { startPds } = await import('../role/pds.ts')
    return serveRole(context, startPds)
  },
}
