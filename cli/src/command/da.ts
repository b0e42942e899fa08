import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Serves the local DA layer's directory, so that others can fetch what a batcher beside it publishes. */
export const daCommand: CommandDefinition = {
  name: 'da',
  serves: true,
  about: 'Serve the local DA layer over HTTP, for reading.',
  keys: ['da.localDir', 'run.host', 'run.port'],
  fallbacks: { 'run.port': ports.da },
  examples: ['parley da --da-dir /var/lib/parley/da'],
  async run(context) {
    const { startDa } = await import('../role/da.ts')
    return serveRole(context, startDa)
  },
}
