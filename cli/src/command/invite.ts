import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.publicInbox', 'run.json']

const recipient = { name: '<recipient>', about: 'Address whose public inbox it is.' }
const digest = { name: '<digest>', about: 'SHA-256 of the encrypted envelope, 0x and 64 hexadecimal digits.' }

export const inviteShow: CommandDefinition = {
  name: 'invite show',
  about: 'Print gate, count, head and credit of a public inbox.',
  args: [recipient],
  keys: common,
  examples: ['parley invite show 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { showInbox } = await import('../invite/run-invite.ts')
    return showInbox(context, args)
  },
}

export const inviteGate: CommandDefinition = {
  name: 'invite gate',
  about: 'Set the gate of the public inbox of PARLEY_L2_KEY, and what it asks for.',
  args: [
    { name: '<gate>', about: 'default, an address, or of the deployment file: flat, demand, allow-list, attestation.' },
    { name: '[setting...]', about: 'WEI; MIN MAX TARGET PERIOD FRACTION; senders; attesters.' },
  ],
  keys: [...common, 'deploy.out'],
  examples: ['parley invite gate flat 1000000000 --deployment deployment.json --dev DIR'],
  async run(context, args) {
    const { chooseGate } = await import('../invite/choose-gate.ts')
    return chooseGate(context, args)
  },
}

export const inviteProof: CommandDefinition = {
  name: 'invite proof',
  about: 'Print what a sender on an allow list sends along as --gate-data.',
  args: [
    { name: '<sender>', about: 'Who invites.' },
    { name: '<senders...>', about: 'The whole list, in any order.' },
  ],
  keys: ['run.json'],
  examples: [
    'parley invite proof 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
  ],
  async run(context, args) {
    const { proveAllowed } = await import('../invite/choose-gate.ts')
    return proveAllowed(context, args)
  },
}

export const inviteQuote: CommandDefinition = {
  name: 'invite quote',
  about: 'Print what an invite would cost now.',
  args: [recipient, digest],
  keys: [...common, 'invites.sender', 'invites.gateData'],
  examples: [
    'parley invite quote 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x1111111111111111111111111111111111111111111111111111111111111111 --dev DIR',
  ],
  async run(context, args) {
    const { quote } = await import('../invite/run-invite.ts')
    return quote(context, args)
  },
}

export const inviteSend: CommandDefinition = {
  name: 'invite send',
  about: 'Invite, relay what somebody else signed, or sign for somebody else to relay; PARLEY_L2_KEY pays or signs.',
  args: [
    recipient,
    digest,
    { name: '[more...]', about: 'More recipients and digests in turn: up to 64 invites in one transaction.' },
  ],
  keys: [
    ...common,
    'invites.maxFee',
    'invites.gateData',
    'invites.relayer',
    'relay.sign',
    'relay.authorization',
    'relay.deadlineSeconds',
  ],
  examples: [
    'parley invite send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x1111111111111111111111111111111111111111111111111111111111111111 --dev DIR',
  ],
  async run(context, args) {
    const { sendInvite } = await import('../invite/run-invite.ts')
    return sendInvite(context, args)
  },
}

export const inviteWatch: CommandDefinition = {
  name: 'invite watch',
  about: 'Print invites as they are delivered, each once, a JSON line per page.',
  args: [recipient],
  keys: ['l2.url', 'l2.publicInbox', 'l2.publicInboxBlock', 'invites.cursor', 'invites.once'],
  examples: ['parley invite watch 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --cursor cursor.json --dev DIR'],
  async run(context, args) {
    const { watchInbox } = await import('../invite/watch.ts')
    return watchInbox(context, args)
  },
}

export const inviteStanding: CommandDefinition = {
  name: 'invite standing',
  about: 'Open, mute or block somebody for the public inbox of PARLEY_L2_KEY.',
  args: [
    { name: '<counterparty>', about: 'Address of a sender or payer.' },
    { name: '<standing>', about: 'open, muted or blocked.' },
  ],
  keys: common,
  examples: ['parley invite standing 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC blocked --dev DIR'],
  async run(context, args) {
    const { changeStanding } = await import('../invite/run-invite.ts')
    return changeStanding(context, args)
  },
}

export const inviteWithdraw: CommandDefinition = {
  name: 'invite withdraw',
  about: 'Pay out the credit of PARLEY_L2_KEY.',
  keys: [...common, 'invites.to', 'invites.amount'],
  examples: ['parley invite withdraw --to 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --dev DIR'],
  async run(context) {
    const { withdraw } = await import('../invite/run-invite.ts')
    return withdraw(context)
  },
}
