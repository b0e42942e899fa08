import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** Holds the key of headers, in a process of its own. */
export const signerCommand: CommandDefinition = {
  name: 'signer',
  serves: true,
  about:
    'Sign headers of blocks with PARLEY_SIGNER_KEY, one for each place, for a sequencer that does not have the key.',
  keys: ['run.dataDir', 'run.host', 'run.port', 'signer.socket', 'l2.url', 'l2.rollup'],
  fallbacks: { 'run.port': ports.signer },
  examples: [
    'PARLEY_SIGNER_KEY=file:header.key parley signer --data /var/lib/parley/signer --socket /run/parley/signer.sock --l2 https://YOUR-L2-RPC --rollup 0xROLLUP',
  ],
  async run(context) {
    const { startSignerRole } = await import('../role/signer.ts')
    return serveRole(context, startSignerRole)
  },
}

export const signerInit: CommandDefinition = {
  name: 'signer init',
  about: 'Begin the record of what PARLEY_SIGNER_KEY has signed, or raise its marks; no mark is ever lowered.',
  keys: ['run.dataDir', 'signer.watermark', 'l2.url', 'l2.rollup', 'run.json'],
  examples: [
    'PARLEY_SIGNER_KEY=file:header.key parley signer init --data /var/lib/parley/signer --l2 https://YOUR-L2-RPC --rollup 0xROLLUP',
    'PARLEY_SIGNER_KEY=file:header.key parley signer init --watermark 0xLINEAGE:41200 --data /var/lib/parley/signer --l2 https://YOUR-L2-RPC --rollup 0xROLLUP',
  ],
  async run(context) {
    const { initSigner } = await import('../role/signer-record.ts')
    return initSigner(context)
  },
}
