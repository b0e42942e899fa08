import { metricsApart, p2pPort, type RoleName, roleEntries } from '@parley/infra/roles'

export { metricsApart }

/** The local layer serves beside its batcher, and nobody installs it apart. */
const localLayer = 9612

/** The port of each role where nobody names another; fixed, so that units, proxies and probes can name them. */
export const ports = {
  ...(Object.fromEntries(roleEntries.map(([name, { port }]) => [name, port])) as Readonly<Record<RoleName, number>>),
  p2p: p2pPort,
  da: localLayer,
} as const

/** The roles and their ports, for people. */
export const portList = Object.entries(ports)
  .map(([role, port]) => `${port} ${role}`)
  .join(', ')
