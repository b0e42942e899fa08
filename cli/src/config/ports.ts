/** The port of each role where nobody names another; fixed, so that units, proxies and probes can name them. */
export const ports = {
  sequencer: 9600,
  batcher: 9601,
  node: 9602,
  signer: 9603,
  relay: 9604,
  'da-node': 9606,
  gateway: 9607,
  store: 9608,
  pds: 9609,
  p2p: 9610,
  da: 9612,
} as const

/** What is added to the main port for the one that alone serves metrics, so that the main one can be opened to the world. */
export const metricsApart = 50

/** The roles and their ports, for people. */
export const portList = Object.entries(ports)
  .map(([role, port]) => `${port} ${role}`)
  .join(', ')
