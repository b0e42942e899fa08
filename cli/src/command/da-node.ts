import { ports } from '../config/ports.ts'
import { serveRole } from '../process/serve-role.ts'
import type { CommandDefinition } from './command.ts'

/** What a member of a data committee runs. */
export const daNodeCommand: CommandDefinition = {
  name: 'da-node',
  serves: true,
  about:
    'Store and serve batches as a member of a data committee; PARLEY_DA_NODE_KEY signs, PARLEY_DA_NODE_ANSWER_KEY pays for answers.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'l2.url',
    'l2.rollup',
    'daNode.maxStoredBytes',
    'daNode.pricePerGibDay',
  ],
  fallbacks: { 'run.port': ports['da-node'] },
  examples: [
    'PARLEY_DA_NODE_KEY=file:member.key PARLEY_DA_NODE_ANSWER_KEY=file:answer.key parley da-node --data /var/lib/parley/da-node --l2 https://YOUR-L2-RPC --rollup 0xROLLUP',
  ],
  async run(context) {
    const { startDaNode } = await import('../role/da-node.ts')
    return serveRole(context, startDaNode)
  },
}
