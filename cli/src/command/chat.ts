import type { CommandDefinition } from './command.ts'

export const chatCommand: CommandDefinition = {
  name: 'chat',
  about: 'Talk, end-to-end encrypted: a line is a message, and a line that begins with / is a command, such as /help.',
  keys: [
    'run.dataDir',
    'run.json',
    'l2.url',
    'l2.rollup',
    'l2.directory',
    'l2.publicInbox',
    'sequencer.url',
    'node.url',
    'chat.relay',
    'chat.gateways',
    'chat.stores',
  ],
  abouts: {
    'run.dataDir': 'Directory of this device: its wallet, its keys and what was said.',
    'run.json': 'Print what happens as JSON lines.',
  },
  examples: ['parley chat --data alice --dev DIR'],
  async run(context) {
    const { runChat } = await import('../chat/run-chat.ts')
    return runChat(context)
  },
}
