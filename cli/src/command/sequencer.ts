import { p2pFlags } from '../config/p2p-settings.ts'
import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Accepts, orders, journals and seals. */
export const sequencerCommand: CommandDefinition = {
  name: 'sequencer',
  serves: true,
  about: 'Take messages, keep them durably and seal them into blocks signed with PARLEY_SEQUENCER_KEY, or by a signer.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'run.lanes',
    'run.verifier',
    'l2.url',
    'l2.rollup',
    'da.layer',
    'sequencer.signer',
    'sequencer.alone',
    'journal.kind',
    'journal.servers',
    'journal.replica',
    'journal.allowUnsynced',
    ...p2pFlags,
  ],
  fallbacks: { 'run.port': ports.sequencer },
  examples: [
    'PARLEY_SEQUENCER_KEY=file:header.key parley sequencer --data /var/lib/parley/sequencer --l2 https://YOUR-L2-RPC --rollup 0xROLLUP --da ethereum-blobs',
    'parley sequencer --signer /run/parley/signer.sock --data /var/lib/parley/sequencer --l2 https://YOUR-L2-RPC --rollup 0xROLLUP --da ethereum-blobs',
  ],
  async run(context) {
    const { startSequencer } = await import('../role/sequencer.ts')
    return serveRole(context, startSequencer)
  },
}
