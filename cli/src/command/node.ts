import { p2pFlags } from '../config/p2p-settings.ts'
import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Verifies the chain from the L2 and the DA layers alone. */
export const nodeCommand: CommandDefinition = {
  name: 'node',
  serves: true,
  about: 'Derive and verify the chain from the L2 and the DA layers alone, and serve it with proofs.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'run.lanes',
    'run.verifier',
    'l2.url',
    'l2.rollup',
    'l1.url',
    'l1.beaconUrl',
    'l1.archiveUrl',
    'l1.slots',
    'da.localUrl',
    'da.celestiaUrl',
    'da.celestiaChainId',
    'da.altDaUrl',
    'archive.urls',
    'node.archive',
    'node.snapshot',
    'node.challenge',
    ...p2pFlags,
  ],
  fallbacks: { 'run.port': ports.node },
  examples: [
    'parley node --dev DIR --data /tmp/my-node',
    'PARLEY_NODE_CHALLENGE_KEY=file:key parley node --challenge --dev DIR --data /tmp/my-node',
    'parley node --data /var/lib/parley/node --l2 https://YOUR-L2-RPC --deployment deployment.json',
  ],
  async run(context) {
    const { startNode } = await import('../role/node.ts')
    return serveRole(context, startNode)
  },
}
