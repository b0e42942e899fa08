import type { Service } from '@parley/cli/roles'
import { CelestiaDouble, doubleChainId } from '../celestia-double/double.ts'
import { needed } from '../config/settings.ts'
import type { Context } from '../context.ts'

/** Serves a double of a celestia-node. */
export async function startCelestiaDouble({ config, clock, log }: Context): Promise<Service> {
  const { host, port } = config.run
  const token = needed(config, 'da.celestiaToken').reveal()
  const double = await CelestiaDouble.start({ clock, log }, { host, port, token, ...config.double })
  const { url, adminUrl } = double
  return {
    ready: { url, chainId: doubleChainId, ...(adminUrl !== undefined && { adminUrl }) },
    failed: double.failed,
    stop: () => double.close(),
  }
}
