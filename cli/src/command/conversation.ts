import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.rollup', 'sequencer.url', 'run.json']
const place = { name: '<conversation>', about: 'Shard and index, such as 7/0, as `conversation create` printed them.' }

export const conversationCreate: CommandDefinition = {
  name: 'conversation create',
  about: 'Create a conversation with PARLEY_MEMBER_KEY as its admin, paid by an account of PARLEY_L2_KEY.',
  args: [
    { name: '<account>', about: 'Account that pays: shard and index, such as 7/0, as `account open` printed them.' },
  ],
  keys: [...common, 'member.allowance', 'member.priceLimit'],
  examples: ['parley conversation create ACCOUNT --dev DIR'],
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
  examples: ['PARLEY_MEMBER_KEY=file:bob.key parley conversation consent CONVERSATION --dev DIR > bob.json'],
  async run(context, args) {
    const { consentToJoin } = await import('../conversation/change-members.ts')
    return consentToJoin(context, args)
  },
}

export const conversationAdd: CommandDefinition = {
  name: 'conversation add',
  about: 'Add a member who consented; PARLEY_MEMBER_KEY is an admin.',
  args: [place, { name: '<consent>', about: 'File with what `conversation consent` printed.' }],
  keys: [...common, 'member.allowance', 'member.priceLimit'],
  examples: ['parley conversation add CONVERSATION bob.json --dev DIR'],
  async run(context, args) {
    const { addMember } = await import('../conversation/change-members.ts')
    return addMember(context, args)
  },
}

const slot = { name: '<slot>', about: 'Place of the member, as `conversation show` prints it.' }

export const conversationExchange: CommandDefinition = {
  name: 'conversation exchange',
  about: 'Exchange the key of PARLEY_MEMBER_KEY for another one: role, allowance and place stay.',
  args: [
    place,
    { name: '<key-file>', about: 'File with the new key, as `keys generate` wrote it; it speaks from then on.' },
  ],
  keys: common,
  examples: ['parley conversation exchange CONVERSATION new.key --dev DIR'],
  async run(context, args) {
    const { exchangeKey } = await import('../conversation/change-members.ts')
    return exchangeKey(context, args)
  },
}

export const conversationRemove: CommandDefinition = {
  name: 'conversation remove',
  about:
    'Remove a member as an admin, or oneself; what it had left goes back to the account. Without its last admin a conversation has none for ever.',
  args: [place, slot],
  keys: common,
  examples: ['parley conversation remove CONVERSATION 1 --dev DIR'],
  async run(context, args) {
    const { removeMember } = await import('../conversation/change-members.ts')
    return removeMember(context, args)
  },
}

export const conversationRole: CommandDefinition = {
  name: 'conversation role',
  about: 'Give a member another role; PARLEY_MEMBER_KEY is an admin, and of itself it cannot take that.',
  args: [place, slot, { name: '<role>', about: '`member` or `admin`.' }],
  keys: common,
  examples: ['parley conversation role CONVERSATION 1 admin --dev DIR'],
  async run(context, args) {
    const { changeRole } = await import('../conversation/change-members.ts')
    return changeRole(context, args)
  },
}

export const conversationShow: CommandDefinition = {
  name: 'conversation show',
  about: 'Print a conversation and its members as the sequencer has accepted them.',
  args: [place],
  keys: common,
  examples: ['parley conversation show CONVERSATION --dev DIR'],
  async run(context, args) {
    const { showAccepted } = await import('../conversation/run-conversation.ts')
    return showAccepted(context, args)
  },
}

export const sendCommand: CommandDefinition = {
  name: 'send',
  about:
    'Send a message as PARLEY_MEMBER_KEY. Only its digest leaves this machine. With --force PARLEY_L2_KEY sends it past the sequencer.',
  args: [place, { name: '<text>', about: 'What the message says.' }],
  keys: [...common, 'node.url', 'member.contents', 'member.force'],
  examples: [
    'parley send CONVERSATION "hello" --contents said --dev DIR',
    'parley send CONVERSATION "hello" --force --dev DIR',
  ],
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
  examples: [
    'parley read CONVERSATION --dev DIR',
    'parley read CONVERSATION --until final --block BLOCK --contents said --dev DIR',
  ],
  async run(context, args) {
    const { readConversation } = await import('../conversation/read.ts')
    return readConversation(context, args)
  },
}
