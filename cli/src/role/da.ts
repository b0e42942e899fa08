import { createLocalDaServer } from '@parley/da-adapters'
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'

/** Starts the server of the local DA layer. */
export async function startDa({ config, log, takePorts }: RoleContext): Promise<Service> {
  await takePorts()
  const server = await createLocalDaServer(
    { dir: needed(config, 'da.localDir'), log, registry: createRegistry() },
    serverOptions(config),
  )
  return { ready: { url: server.url }, failed: new Promise<never>(() => undefined), stop: () => server.close() }
}
