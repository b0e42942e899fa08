import type { Service } from '@parley/cli/roles'
import { startAltDaDouble } from '@parley/da-adapters/alt-da-double'
import { needed } from '../config/settings.ts'
import type { Context } from '../context.ts'

/** Serves a double of an alt-DA server from a directory. */
export async function startDouble({ config, log }: Context): Promise<Service> {
  const { host, port } = config.run
  const double = await startAltDaDouble({
    dir: needed(config, 'da.localDir'),
    host,
    port,
    maxBytes: config.da.altDaMaxBytes,
  })
  log.warn({ url: double.url }, 'this is a double of an alt-DA server: no layer stands behind it')
  return { ready: { url: double.url }, failed: new Promise<never>(() => undefined), stop: () => double.close() }
}
