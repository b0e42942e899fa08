import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Publishes sealed blocks and claims them. */
export const batcherCommand: CommandDefinition = {
  name: 'batcher',
  serves: true,
  about:
    'Publish sealed blocks on a DA layer and claim them on the L2; PARLEY_L2_KEY claims, PARLEY_L1_KEY pays for blobs.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'run.verifier',
    'sequencer.url',
    'l2.url',
    'l2.rollup',
    'l1.url',
    'l1.beaconUrl',
    'l1.archiveUrl',
    'l1.slots',
    'da.layer',
    'da.shadow',
    'da.choose',
    'da.localIsNotDa',
    'da.localDir',
    'da.celestiaUrl',
    'da.celestiaChainId',
    'da.altDaUrl',
    'archive.urls',
  ],
  fallbacks: { 'run.port': ports.batcher },
  examples: [
    'PARLEY_L2_KEY=file:claimer.key PARLEY_L1_KEY=file:publisher.key parley batcher --data /var/lib/parley/batcher --sequencer http://127.0.0.1:9600 --l2 https://YOUR-L2-RPC --rollup 0xROLLUP --l1 https://YOUR-L1-RPC --beacon https://YOUR-BEACON-API --da ethereum-blobs',
  ],
  async run(context) {
    const { startBatcher } = await import('../role/batcher.ts')
    return serveRole(context, startBatcher)
  },
}
