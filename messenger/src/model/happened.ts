import {
  type ArchivedMessage,
  contentOf,
  decodePayload,
  type MessageContent,
  MessagingError,
  type RoomEvent,
  roles,
} from '@parley/messaging'
import type { Item, MovedDevice, SaidItem } from './talk.ts'
import { addressOf, counted } from './words.ts'

/** What the page knows that events do not say. */
export interface Looking {
  readonly address: string
  wordFor(identity: Uint8Array): string
  /** The last thing that was shown in the conversation. */
  readonly last: Item | undefined
}

/** What an event shows in its conversation; undefined for what is not shown there. */
export function itemOf(event: RoomEvent, key: string, { address, wordFor, last }: Looking): Item | undefined {
  switch (event.type) {
    case 'message': {
      const { position, sender, time, content, fallback, id } = event
      const author = addressOf(sender.identity)
      if (content.type === 'settings/1' || content.type === 'left/1') {
        const did = content.type === 'left/1' ? 'left' : 'changed the settings'
        return { kind: 'note', key, text: `${wordFor(sender.identity)} ${did}` }
      }
      const { verified } = sender
      const said = { position, author, mine: author === address, verified, time: Number(time), content, fallback }
      return { kind: 'said', key: `said/${position}`, id: addressOf(id), ...said }
    }
    case 'membership': {
      const move = { added: event.added.map(movedDevice), removed: event.removed.map(movedDevice) }
      return { kind: 'note', key, text: '', move }
    }
    case 'joined':
      return { kind: 'note', key, text: 'This device reads from here on', begins: true }
    case 'outside':
      return outsideItem(event, key)
    case 'expired': {
      const messages = counted(event.count, 'message')
      const isBefore = last?.kind === 'note' && last.begins === true
      if (isBefore) return { kind: 'note', key, text: `${messages} from before that can not be read on this device` }
      return { kind: 'note', key, text: `${messages} expired before this device could read them`, warns: true }
    }
    case 'split':
      return { kind: 'note', key, text: 'A member was shown another record: a server lies', warns: true }
    default:
      return undefined
  }
}

function outsideItem({ reason }: Extract<RoomEvent, { type: 'outside' }>, key: string): Item | undefined {
  if (reason === 'removed') return { kind: 'note', key, text: 'You are no longer in this conversation' }
  return reason === 'lost'
    ? { kind: 'note', key, text: 'This device lost its keys and asks for new ones', warns: true }
    : undefined
}

function movedDevice({
  identity,
  slot,
  installation,
}: {
  readonly identity: Uint8Array
  readonly slot: number
  readonly installation: Uint8Array
}): MovedDevice {
  return { identity: addressOf(identity), slot, device: addressOf(installation) }
}

/** What another device of this identity had before this one was let in; undefined for junk, which is shown by nobody. */
export function archivedContent({ plaintext }: ArchivedMessage): Archived | undefined {
  try {
    const { id, type, body, fallback } = decodePayload(plaintext)
    return { id: addressOf(id), content: contentOf({ type, body }, roles.member), fallback }
  } catch (error) {
    if (error instanceof MessagingError) return undefined
    throw error
  }
}

export type Archived = Pick<SaidItem, 'id' | 'content' | 'fallback'>

export function archivedItem(
  { position, identity, time }: ArchivedMessage,
  archived: Archived,
  own: string,
): SaidItem | undefined {
  if (isAside(archived.content)) return undefined
  const author = addressOf(identity)
  const shared = { position, author, verified: undefined, time: Number(time), ...archived }
  return { kind: 'said', key: `said/${position}`, mine: author === own, archived: true, ...shared }
}

/** Whether it is said about messages or members, and is no message to read. */
const isAside = ({ type }: MessageContent): boolean =>
  ['receipt/1', 'reaction/1', 'settings/1', 'left/1'].includes(type)
