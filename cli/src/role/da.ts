import { createLocalDaServer } from '@parley/da-adapters'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { createRegistry } from '../process/registry.ts'
import type { Service } from '../process/service.ts'
import { serverOptions } from './metrics-port.ts'

/** Starts the server of the local DA layer. */
export async function startDa({ config, log }: Context): Promise<Service> {
  const server = await createLocalDaServer(
    { dir: needed(config, 'da.localDir'), log, registry: createRegistry() },
    serverOptions(config),
  )
  return { ready: { url: server.url }, failed: new Promise<never>(() => undefined), stop: () => server.close() }
}
