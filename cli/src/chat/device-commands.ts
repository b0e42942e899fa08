import { sameRecord } from '@parley/messaging'
import { hexToBytes } from 'viem'
import { addressArgument, hexArgument } from '../action/arguments.ts'
import { CliError } from '../faults.ts'
import type { ChatCommand } from './command.ts'
import { hexOf, placeOf } from './shown.ts'

const deviceBytes = 32

/** Devices of one's own, and what shows that nobody stands between. */
export const deviceCommands: readonly ChatCommand[] = [
  {
    name: 'devices',
    form: '',
    about: 'Show your devices as the contact directory has them.',
    run: async ({ messenger }) => ({
      devices: (await messenger.listInstallations()).map(({ installation, isThis, isConfirmed }) => ({
        device: hexOf(installation),
        this: isThis,
        confirmed: isConfirmed,
      })),
    }),
  },
  {
    name: 'confirm',
    form: 'CODE',
    about: 'Let in another device of yours, by the 12 digits that /me shows there.',
    async run({ messenger }, given) {
      return { device: await messenger.confirmInstallation({ code: given.textFrom(0, 'code') }) }
    },
  },
  {
    name: 'revoke',
    form: 'DEVICE',
    about: 'Take a device of yours out of the directory, and shut it out of all conversations.',
    async run({ messenger }, given) {
      given.atMost(1)
      const device = hexToBytes(hexArgument('device', given.word(0, 'device')))
      if (device.length !== deviceBytes)
        throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'device', reason: `must have ${deviceBytes} bytes` })
      await messenger.revokeInstallations({ installations: [device] })
      return { device }
    },
  },
  {
    name: 'safety',
    form: '',
    about: 'Show the safety numbers of the open conversation: compare each with what the other one sees.',
    run: async ({ compared, room }) => ({ numbers: await compared.numbersIn(room) }),
  },
  {
    name: 'compared',
    form: 'ADDRESS',
    about: 'Note that the safety number with somebody is the same on both sides; /safety shows when it changes.',
    async run({ compared, room }, given) {
      given.atMost(1)
      const identity = addressArgument('address', given.word(0, 'address'))
      const numbers = await compared.keep(room, hexToBytes(identity))
      if (numbers.length > 0) return { numbers }
      throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'address', reason: `${identity} is no other member` })
    },
  },
  {
    name: 'verify',
    form: '[final]',
    about: 'Have the node prove the open conversation’s record, under a final root with `final`.',
    async run({ messenger, room }, given) {
      given.atMost(1)
      const found = await messenger.verify({ conversation: room, final: given.words[0] === 'final' })
      return {
        conversation: placeOf(room),
        messages: found.conversation.messageCount,
        changes: found.conversation.epoch,
        grade: found.grade,
        sameAsHere: sameRecord(room, found) ?? null,
        stateRoot: found.stateRoot,
      }
    },
  },
  {
    name: 'servers',
    form: '',
    about: 'Show stores and gateways, and which were switched away from.',
    run: ({ messenger }) => ({
      servers: messenger.providers,
    }),
  },
]
