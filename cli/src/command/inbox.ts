import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.publicInbox', 'run.json']

const recipient = { name: '<recipient>', about: 'Address whose inbox it is.' }
const digest = { name: '<digest>', about: 'SHA-256 of the encrypted envelope, 0x and 64 hexadecimal digits.' }

export const inboxShow: CommandDefinition = {
  name: 'inbox show',
  about: 'Print gate, count, head and credit of an inbox.',
  args: [recipient],
  keys: common,
  async run(context, args) {
    const { showInbox } = await import('../inbox/run-inbox.ts')
    return showInbox(context, args)
  },
}

export const inboxGate: CommandDefinition = {
  name: 'inbox gate',
  about: 'Set the gate of the inbox of PARLEY_L2_KEY, and what it asks for.',
  args: [
    { name: '<gate>', about: 'default, an address, or of the deployment file: flat, demand, allow-list, attestation.' },
    { name: '[setting...]', about: 'WEI; MIN MAX TARGET PERIOD FRACTION; senders; attesters.' },
  ],
  keys: [...common, 'deploy.out'],
  async run(context, args) {
    const { chooseGate } = await import('../inbox/choose-gate.ts')
    return chooseGate(context, args)
  },
}

export const inboxProof: CommandDefinition = {
  name: 'inbox proof',
  about: 'Print what a sender on an allow list sends along as --gate-data.',
  args: [
    { name: '<sender>', about: 'Who invites.' },
    { name: '<senders...>', about: 'The whole list, in any order.' },
  ],
  keys: ['run.json'],
  async run(context, args) {
    const { proveAllowed } = await import('../inbox/choose-gate.ts')
    return proveAllowed(context, args)
  },
}

export const inboxQuote: CommandDefinition = {
  name: 'inbox quote',
  about: 'Print what an invite would cost now.',
  args: [recipient, digest],
  keys: [...common, 'invites.sender', 'invites.gateData'],
  async run(context, args) {
    const { quote } = await import('../inbox/run-inbox.ts')
    return quote(context, args)
  },
}

export const inboxInvite: CommandDefinition = {
  name: 'inbox invite',
  about: 'Invite, relay what somebody else signed, or sign for somebody else to relay; PARLEY_L2_KEY pays or signs.',
  args: [recipient, digest],
  keys: [
    ...common,
    'invites.maxFee',
    'invites.gateData',
    'invites.relayer',
    'relay.sign',
    'relay.authorization',
    'relay.deadlineSeconds',
  ],
  async run(context, args) {
    const { sendInvite } = await import('../inbox/run-inbox.ts')
    return sendInvite(context, args)
  },
}

export const inboxWatch: CommandDefinition = {
  name: 'inbox watch',
  about: 'Print invites as they are delivered, each once, a JSON line a page.',
  args: [recipient],
  keys: ['l2.url', 'l2.publicInbox', 'l2.publicInboxBlock', 'invites.cursor', 'invites.once'],
  async run(context, args) {
    const { watchInbox } = await import('../inbox/watch.ts')
    return watchInbox(context, args)
  },
}

export const inboxStanding: CommandDefinition = {
  name: 'inbox standing',
  about: 'Open, mute or block somebody for the inbox of PARLEY_L2_KEY.',
  args: [
    { name: '<counterparty>', about: 'Address of a sender or payer.' },
    { name: '<standing>', about: 'open, muted or blocked.' },
  ],
  keys: common,
  async run(context, args) {
    const { changeStanding } = await import('../inbox/run-inbox.ts')
    return changeStanding(context, args)
  },
}

export const inboxWithdraw: CommandDefinition = {
  name: 'inbox withdraw',
  about: 'Pay out the credit of PARLEY_L2_KEY.',
  keys: [...common, 'invites.to', 'invites.amount'],
  async run(context) {
    const { withdraw } = await import('../inbox/run-inbox.ts')
    return withdraw(context)
  },
}
