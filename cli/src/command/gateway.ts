import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Pays for consumers. */
export const gatewayCommand: CommandDefinition = {
  name: 'gateway',
  serves: true,
  about:
    'Send contacts and invites for users who have no money; PARLEY_GATEWAY_PAY_KEY pays, PARLEY_GATEWAY_KEY signs promises.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'l2.url',
    'l2.directory',
    'l2.publicInbox',
    'l2.rollup',
    'sequencer.url',
  ],
  fallbacks: { 'run.port': ports.gateway },
  examples: [
    'PARLEY_GATEWAY_KEY=file:gateway.key PARLEY_GATEWAY_PAY_KEY=file:payer.key parley gateway --data /var/lib/parley/gateway --l2 https://YOUR-L2-RPC --deployment deployment.json',
  ],
  async run(context) {
    const { startGateway } = await import('../role/gateway.ts')
    return serveRole(context, startGateway)
  },
}
