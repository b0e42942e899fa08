import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const reading: readonly Key[] = ['l2.url', 'l2.directory', 'run.json']
const writing: readonly Key[] = [...reading, 'relay.sign', 'relay.authorization', 'relay.deadlineSeconds']

const identity = { name: '<identity>', about: 'Address whose bundle it is.' }
const attribute = (needed: boolean) => ({
  name: needed ? '<attribute...>' : '[attribute...]',
  about: 'Such as did/pub/Ed25519/veriKey/hex=0x… or parley/keyPackages=0x….',
})

export const contactRegister: CommandDefinition = {
  name: 'contact register',
  about: 'Register an identity with its first attributes: that of PARLEY_L2_KEY, or whoever signed the authorization.',
  args: [attribute(false)],
  keys: [...writing, 'contacts.validitySeconds'],
  examples: ['parley contact register parley/keyPackages=0x1234 --dev DIR'],
  async run(context, args) {
    const { registerContact } = await import('../contacts/run-contact.ts')
    return registerContact(context, args)
  },
}

export const contactResolve: CommandDefinition = {
  name: 'contact resolve',
  about: 'Print the DID document of an identity.',
  args: [identity],
  keys: [...reading, 'contacts.network'],
  examples: ['parley contact resolve 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { resolveContact } = await import('../contacts/run-contact.ts')
    return resolveContact(context, args)
  },
}

export const contactShow: CommandDefinition = {
  name: 'contact show',
  about: 'Print the bundle of an identity: owner, keys, pointers, delegates.',
  args: [identity],
  keys: reading,
  examples: ['parley contact show 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { showContact } = await import('../contacts/run-contact.ts')
    return showContact(context, args)
  },
}

export const contactSet: CommandDefinition = {
  name: 'contact set',
  about: 'Set keys, pointers, services and other attributes, or renew them.',
  args: [identity, attribute(true)],
  keys: [...writing, 'contacts.validitySeconds'],
  examples: [
    'parley contact set 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 did/pub/Ed25519/veriKey/hex=0x1234 --dev DIR',
  ],
  async run(context, args) {
    const { changeContact } = await import('../contacts/run-contact.ts')
    return changeContact(context, 'set', args)
  },
}

export const contactRevoke: CommandDefinition = {
  name: 'contact revoke',
  about: 'Revoke attributes.',
  args: [identity, attribute(true)],
  keys: writing,
  examples: [
    'parley contact revoke 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 did/pub/Ed25519/veriKey/hex=0x1234 --dev DIR',
  ],
  async run(context, args) {
    const { changeContact } = await import('../contacts/run-contact.ts')
    return changeContact(context, 'revoke', args)
  },
}

export const contactDelegate: CommandDefinition = {
  name: 'contact delegate',
  about: 'Let somebody act for an identity, or take that back.',
  args: [
    identity,
    { name: '<type>', about: 'sigAuth, veriKey, parley/write or another type.' },
    { name: '<delegate>', about: 'Address of the delegate.' },
  ],
  keys: [...writing, 'contacts.validitySeconds', 'contacts.revoke'],
  examples: [
    'parley contact delegate 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 sigAuth 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --dev DIR',
  ],
  async run(context, args) {
    const { changeDelegate } = await import('../contacts/run-contact.ts')
    return changeDelegate(context, args)
  },
}

export const contactOwner: CommandDefinition = {
  name: 'contact owner',
  about: 'Give an identity to another owner.',
  args: [identity, { name: '<owner>', about: 'Address of the new owner.' }],
  keys: writing,
  examples: [
    'parley contact owner 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --dev DIR',
  ],
  async run(context, args) {
    const { changeContactOwner } = await import('../contacts/run-contact.ts')
    return changeContactOwner(context, args)
  },
}

export const contactDeactivate: CommandDefinition = {
  name: 'contact deactivate',
  about: 'End an identity for ever.',
  args: [identity],
  keys: writing,
  examples: ['parley contact deactivate 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { deactivateContact } = await import('../contacts/run-contact.ts')
    return deactivateContact(context, args)
  },
}
