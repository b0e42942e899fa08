import { p2pFlags } from '../config/p2p-settings.ts'
import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Follows a sequencer, or another relay, and serves readers in its place. */
export const relayCommand: CommandDefinition = {
  name: 'relay',
  serves: true,
  about: 'Follow the blocks of a sequencer or of another relay, check and keep them, and serve their feeds.',
  keys: ['run.dataDir', 'run.host', 'run.port', 'run.verifier', 'sequencer.url', 'l2.url', 'l2.rollup', ...p2pFlags],
  fallbacks: { 'run.port': ports.relay },
  examples: [
    'parley relay --dev DIR --data /tmp/my-relay',
    'parley relay --data /var/lib/parley/relay --sequencer http://127.0.0.1:9600 --l2 https://YOUR-L2-RPC --rollup 0xROLLUP',
  ],
  async run(context) {
    const { startRelayRole } = await import('../role/relay.ts')
    return serveRole(context, startRelayRole)
  },
}
