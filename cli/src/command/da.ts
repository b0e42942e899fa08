import { createLocalDaServer } from '@parley/da-adapters'
import { needed } from '../config/config.ts'
import { serve } from '../process/service.ts'
import type { CommandDefinition } from './command.ts'

/** Serves the local DA layer's directory, so that others can fetch what a batcher beside it publishes. */
export const daCommand: CommandDefinition = {
  name: 'da',
  about: 'Serve the local DA layer over HTTP, for reading.',
  keys: ['da.localDir', 'run.host', 'run.port'],
  run: (context) =>
    serve(context, async () => {
      const { config, log } = context
      const { host, port } = config.run
      const server = await createLocalDaServer({ dir: needed(config, 'da.localDir'), log }, { host, port })
      return { ready: { url: server.url }, failed: new Promise<never>(() => undefined), stop: () => server.close() }
    }),
}
