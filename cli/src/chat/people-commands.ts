import { roles } from '@parley/messaging'
import type { Address } from 'viem'
import { addressArgument, choiceArgument, numberArgument } from '../action/arguments.ts'
import { CliError } from '../faults.ts'
import type { ChatCommand } from './command.ts'
import type { Given } from './line.ts'
import type { Session } from './session.ts'
import { hexOf, placeOf, requestShown } from './shown.ts'

const addressesFrom = (given: Given, at: number): Address[] => {
  given.word(at, 'address')
  return given.words.slice(at).map((word) => addressArgument('address', word))
}
const requestNumber = (given: Given): number => {
  given.atMost(1)
  return numberArgument('request', given.word(0, 'request'), 0, 999_999_999)
}

async function requestOf({ messenger }: Session, number: number) {
  const found = (await messenger.openRequests()).find((each) => each.number === number)
  if (found !== undefined) return found
  throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'request', reason: `no request ${number} is open` })
}

/** Who is who, and who is let in. */
export const peopleCommands: readonly ChatCommand[] = [
  {
    name: 'me',
    form: '',
    about: 'Show who you are here.',
    run: ({ messenger }) => ({
      identity: messenger.identity,
      device: messenger.installation,
      registered: messenger.registered,
      code: messenger.code,
    }),
  },
  {
    name: 'register',
    form: '',
    about: 'Put this device into the contact directory, so that others reach you.',
    async run({ messenger }) {
      await messenger.registerInstallation()
      return { registered: messenger.registered }
    },
  },
  {
    name: 'invite',
    form: 'ADDRESS TITLE [TEXT]',
    about: 'Begin a conversation of two, and open it.',
    async run(session, given) {
      const to = addressArgument('address', given.word(0, 'address'))
      const title = given.word(1, 'title')
      return session.open(await session.messenger.invite({ to, title, text: given.from(2) }))
    },
  },
  {
    name: 'group',
    form: 'TITLE ADDRESS…',
    about: 'Begin a conversation of several, and open it.',
    async run(session, given) {
      const title = given.word(0, 'title')
      return session.open(await session.messenger.createGroup({ to: addressesFrom(given, 1), title }))
    },
  },
  {
    name: 'requests',
    form: '',
    about: 'Show invites that wait for your answer.',
    run: async ({ messenger }) => ({ requests: (await messenger.openRequests()).map(requestShown) }),
  },
  {
    name: 'accept',
    form: 'REQUEST',
    about: 'Consent to a request, and open its conversation.',
    async run(session, given) {
      const request = await requestOf(session, requestNumber(given))
      const room = await request.accept()
      return request.kind === 'conversation' ? session.open(room) : {}
    },
  },
  {
    name: 'decline',
    form: 'REQUEST',
    about: 'Decline a request.',
    async run(session, given) {
      const request = await requestOf(session, requestNumber(given))
      await request.decline()
      return { request: request.number }
    },
  },
  {
    name: 'block',
    form: 'ADDRESS',
    about: 'Refuse invites of an account; a transaction that the wallet pays.',
    async run({ messenger }, given) {
      given.atMost(1)
      const identity = addressArgument('address', given.word(0, 'address'))
      await messenger.block({ identity })
      return { identity }
    },
  },
  {
    name: 'members',
    form: '',
    about: 'Show who is in the open conversation, and who is invited.',
    run: ({ room }) => ({
      conversation: placeOf(room),
      members: room.members.map(({ identity, slot, role, installations }) => ({
        identity: hexOf(identity),
        slot,
        role: role === roles.admin ? 'admin' : 'member',
        devices: installations.length,
      })),
      invited: room.invited.map(hexOf),
    }),
  },
  {
    name: 'add',
    form: 'ADDRESS…',
    about: 'Invite to the open conversation.',
    async run({ messenger, room }, given) {
      const { invited, failed } = await messenger.addMembers(room, { to: addressesFrom(given, 0) })
      return { invited: invited.map(hexOf), failed }
    },
  },
  {
    name: 'remove',
    form: 'ADDRESS…',
    about: 'Remove people from the open conversation, with all their devices.',
    async run({ messenger, room }, given) {
      const identities = addressesFrom(given, 0)
      await messenger.removeMembers(room, { identities })
      return { removed: identities }
    },
  },
  {
    name: 'role',
    form: 'ADDRESS member|admin',
    about: 'Give a member of the open conversation another role.',
    async run({ room }, given) {
      given.atMost(2)
      const identity = addressArgument('address', given.word(0, 'address'))
      const role = choiceArgument('role', ['member', 'admin'], given.word(1, 'role'))
      const member = room.members.find((each) => hexOf(each.identity) === identity.toLowerCase())
      if (member === undefined)
        throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'address', reason: `${identity} is no member` })
      await room.setRole(member.slot, roles[role])
      return { identity, role }
    },
  },
  {
    name: 'leave',
    form: '[TEXT]',
    about: 'Leave the open conversation.',
    async run({ room }, given) {
      await room.leave({ text: given.from(0) })
      return { conversation: placeOf(room) }
    },
  },
]
