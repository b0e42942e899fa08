import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.rollup', 'sequencer.url', 'run.json']
const place = { name: '<conversation>', about: 'Shard and index, such as 7/0.' }

export const conversationCreate: CommandDefinition = {
  name: 'conversation create',
  about: 'Create a conversation with PARLEY_MEMBER_KEY as its admin, paid by an account of PARLEY_L2_KEY.',
  args: [{ name: '<account>', about: 'Account that pays: shard and index, such as 7/0.' }],
  keys: [...common, 'member.allowance', 'member.priceLimit'],
  examples: ['parley conversation create 7/0 --dev DIR'],
  async run(context, args) {
    const { createConversation } = await import('../conversation/run-conversation.ts')
    return createConversation(context, args)
  },
}

export const conversationConsent: CommandDefinition = {
  name: 'conversation consent',
  about: 'Print the consent of PARLEY_MEMBER_KEY to join, for an admin to add it with.',
  args: [place],
  keys: common,
  examples: ['PARLEY_MEMBER_KEY=file:bob.key parley conversation consent 7/0 --dev DIR > bob.json'],
  async run(context, args) {
    const { consentToJoin } = await import('../conversation/run-conversation.ts')
    return consentToJoin(context, args)
  },
}

export const conversationAdd: CommandDefinition = {
  name: 'conversation add',
  about: 'Add a member who consented; PARLEY_MEMBER_KEY is an admin.',
  args: [place, { name: '<consent>', about: 'File with what `conversation consent` printed.' }],
  keys: [...common, 'member.allowance', 'member.priceLimit'],
  examples: ['parley conversation add 7/0 bob.json --dev DIR'],
  async run(context, args) {
    const { addMember } = await import('../conversation/run-conversation.ts')
    return addMember(context, args)
  },
}

export const conversationShow: CommandDefinition = {
  name: 'conversation show',
  about: 'Print a conversation and its members as the sequencer has accepted them.',
  args: [place],
  keys: common,
  examples: ['parley conversation show 7/0 --dev DIR'],
  async run(context, args) {
    const { showAccepted } = await import('../conversation/run-conversation.ts')
    return showAccepted(context, args)
  },
}

export const sendCommand: CommandDefinition = {
  name: 'send',
  about: 'Send a message as PARLEY_MEMBER_KEY. Only its digest leaves this machine.',
  args: [place, { name: '<text>', about: 'What the message says.' }],
  keys: [...common, 'member.contents'],
  examples: ['parley send 7/0 "hello" --contents said --dev DIR'],
  async run(context, args) {
    const { sendMessage } = await import('../conversation/speak.ts')
    return sendMessage(context, args)
  },
}

export const readCommand: CommandDefinition = {
  name: 'read',
  about: 'Print the record of a conversation: its proof checked, and what its root is worth.',
  args: [place],
  keys: ['l2.url', 'l2.rollup', 'node.url', 'run.json', 'member.contents', 'member.until', 'member.block'],
  examples: ['parley read 7/0 --dev DIR', 'parley read 7/0 --until final --block 12 --contents said --dev DIR'],
  async run(context, args) {
    const { readConversation } = await import('../conversation/read.ts')
    return readConversation(context, args)
  },
}
