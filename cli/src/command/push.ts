import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Wakes devices, and says nothing else. */
export const pushCommand: CommandDefinition = {
  name: 'push',
  serves: true,
  about: 'Follow a relay and wake devices when something happens in the buckets that they registered.',
  keys: ['run.dataDir', 'run.host', 'run.port', 'sequencer.url', 'push.contact', 'push.webhooks'],
  abouts: { 'sequencer.url': 'Where a relay or a sequencer serves: its feed is followed.' },
  fallbacks: { 'run.port': ports.push },
  examples: [
    'PARLEY_PUSH_VAPID_KEY=file:vapid.key parley push --data /var/lib/parley/push --sequencer https://RELAY --contact mailto:you@example.org',
    'parley push --data /var/lib/parley/push --sequencer https://RELAY --webhooks',
  ],
  async run(context) {
    const { startPush } = await import('../role/push.ts')
    return serveRole(context, startPush)
  },
}
