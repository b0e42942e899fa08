import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { contentOf, decodePayload, messagingLimits, readPayload, reply, roles, text } from '@parley/messaging'
import { numberArgument } from '../action/arguments.ts'
import { CliError } from '../faults.ts'
import type { ChatCommand } from './command.ts'
import { fileWithin } from './file-within.ts'
import type { Session } from './session.ts'
import { contentShown, hexOf, placeOf } from './shown.ts'

const historyAtOnce = 20

/** Says a text in the open conversation. */
export async function say({ room }: Session, said: string): Promise<object> {
  return { conversation: placeOf(room), id: await room.send(text(said)) }
}

/** What is shown of another member's junk. */
const junk: Readonly<Record<string, unknown>> = { content: 'other', text: '' }

/** @throws {MessagingError} `FRAME_INVALID`: it is junk. */
const namedAt = async (session: Session, position: string) =>
  decodePayload((await session.messageAt(position)).plaintext)

/** What is said, and what was. */
export const speakingCommands: readonly ChatCommand[] = [
  {
    name: 'conversations',
    form: '',
    about: 'Show your conversations.',
    run: ({ messenger, current }) => ({
      conversations: messenger.conversations.map((room) => ({
        place: placeOf(room),
        title: room.title,
        state: room.state,
        members: room.members.length,
        open: room === current,
      })),
    }),
  },
  {
    name: 'open',
    form: 'CONVERSATION',
    about: 'Open a conversation: what you say goes there.',
    run(session, given) {
      given.atMost(1)
      return session.open(session.roomAt(given.word(0, 'conversation')))
    },
  },
  {
    name: 'title',
    form: 'TITLE',
    about: 'Name the open conversation, as its admin.',
    async run({ room }, given) {
      const title = given.textFrom(0, 'title')
      await room.setSettings({ title })
      return { conversation: placeOf(room), title }
    },
  },
  {
    name: 'reply',
    form: 'POSITION TEXT',
    about: 'Answer a message of the open conversation.',
    async run(session, given) {
      const message = await namedAt(session, given.word(0, 'position'))
      return { id: await session.room.send(reply(message, text(given.textFrom(1, 'text')))) }
    },
  },
  {
    name: 'react',
    form: 'POSITION SIGN',
    about: 'React to a message of the open conversation.',
    async run(session, given) {
      given.atMost(2)
      const message = await namedAt(session, given.word(0, 'position'))
      return { id: await session.room.react(message, given.word(1, 'sign')) }
    },
  },
  {
    name: 'unreact',
    form: 'POSITION SIGN',
    about: 'Take a reaction back.',
    async run(session, given) {
      given.atMost(2)
      const message = await namedAt(session, given.word(0, 'position'))
      return { id: await session.room.react(message, given.word(1, 'sign'), 'removed') }
    },
  },
  {
    name: 'attach',
    form: 'FILE [MIME]',
    about: 'Send a file of at most 64 MiB to the open conversation.',
    async run({ room }, given) {
      given.atMost(2)
      const path = given.word(0, 'file')
      const bytes = await fileWithin(path, messagingLimits.attachmentBytes)
      const [, mime = 'application/octet-stream'] = given.words
      return { id: await room.sendAttachment({ bytes, name: basename(path), mime }), bytes: bytes.length }
    },
  },
  {
    name: 'save',
    form: 'POSITION FILE',
    about: 'Write the file of a message to a new file.',
    async run(session, given) {
      given.atMost(2)
      const payload = await namedAt(session, given.word(0, 'position'))
      const content = contentOf(payload, roles.member)
      if (content.type !== 'attachment/1')
        throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'position', reason: 'is a message without a file' })
      const path = given.word(1, 'file')
      const bytes = await session.room.fetchAttachment(content)
      await writeFile(path, bytes, { flag: 'wx' })
      return { file: path, bytes: bytes.length }
    },
  },
  {
    name: 'history',
    form: '[COUNT]',
    about: `Show the last messages of the open conversation, ${historyAtOnce} when left out.`,
    async run({ messenger, room }, given) {
      given.atMost(1)
      const [count] = given.words
      const last = count === undefined ? historyAtOnce : numberArgument('count', count, 1, 10_000)
      const messages = (await messenger.history({ conversation: room })).slice(-last)
      return {
        conversation: placeOf(room),
        messages: messages.map(({ position, identity, slot, time, plaintext }) => {
          const payload = readPayload(plaintext)
          // Whether its author was an admin then, the history does not say.
          const { counts, ...said } = payload ? contentShown(contentOf(payload, roles.member), payload.fallback) : junk
          return { position, sender: hexOf(identity), slot, time, ...said }
        }),
      }
    },
  },
  {
    name: 'read',
    form: '[receipt]',
    about: 'Note for your devices that the open conversation was read; with `receipt` the others see it, too.',
    async run({ messenger, room }, given) {
      given.atMost(1)
      const position = (await messenger.history({ conversation: room })).at(-1)?.position
      if (position === undefined) return { until: null }
      await messenger.markRead({ conversation: room, position, receipt: given.words[0] === 'receipt' })
      return { until: position }
    },
  },
]
