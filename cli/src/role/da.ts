import { stat } from 'node:fs/promises'
import { createLocalDaServer } from '@parley/da-adapters'
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { CliError } from '../faults.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'

/** Starts the server of the local DA layer. @throws {CliError} `DATA_DIR_UNUSABLE`: an empty layer is served where one is, not where none is. */
export async function startDa({ config, log, takePorts }: RoleContext): Promise<Service> {
  const dir = needed(config, 'da.localDir')
  await stat(dir).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError({ code: 'DATA_DIR_UNUSABLE', path: dir, reason: cause.code ?? cause.message }, { cause })
  })
  await takePorts()
  const server = await createLocalDaServer({ dir, log, registry: createRegistry() }, serverOptions(config))
  return { ready: { url: server.url }, failed: new Promise<never>(() => undefined), stop: () => server.close() }
}
