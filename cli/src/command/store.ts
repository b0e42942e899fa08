import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Keeps encrypted contents for their readers. */
export const storeCommand: CommandDefinition = {
  name: 'store',
  serves: true,
  about:
    'Keep encrypted contents for their readers, and serve them as raw blocks of IPFS, with --bitswap to peers, too.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'store.maxStoredBytes',
    'store.bitswap',
    'store.bitswapPort',
    'store.bitswapPeers',
  ],
  fallbacks: { 'run.port': ports.store },
  examples: [
    'parley store --data /var/lib/parley/store',
    'PARLEY_STORE_TOKEN=file:token parley store --data /var/lib/parley/store --max-content-bytes 1000000000000',
  ],
  async run(context) {
    const { startStore } = await import('../role/store.ts')
    return serveRole(context, startStore)
  },
}
