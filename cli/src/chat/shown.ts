import type { MessageContent, RequestEvent, Room, WatchedEvent } from '@parley/messaging'
import { toHex } from '@parley/protocol'
import { plain } from '../action/plain.ts'

/** Something that is printed, as JSON has it. */
export interface Shown {
  readonly type: string
  readonly [name: string]: unknown
}

export const placeOf = ({ place }: Room): string => `${place.shard}/${place.index}`

const devicesOf = (
  devices: readonly { readonly identity: Uint8Array; readonly installation: Uint8Array; readonly slot: number }[],
) => devices.map(({ identity, installation, slot }) => ({ identity, device: installation, slot }))

/** What an event is to whoever watches. */
export function shownOf(event: WatchedEvent): Shown {
  switch (event.type) {
    case 'request':
      return { type: 'request', ...requestShown(event) }
    case 'withheld': {
      const { provider, evidence } = event
      return all({ type: 'withheld', kind: provider.kind, name: provider.name, reason: evidence.reason })
    }
    default: {
      const { type, conversation, cursor, ...rest } = event
      const at = { type, conversation: placeOf(conversation) }
      if (event.type === 'message') return all({ ...at, ...messageShown(event) })
      if (event.type === 'unsent') return all({ ...at, id: event.id, ...contentShown(event.content, event.fallback) })
      if (event.type === 'membership')
        return all({ ...at, added: devicesOf(event.added), removed: devicesOf(event.removed) })
      return all({ ...at, ...rest })
    }
  }
}

export function requestShown({ number, kind, sender, verified, title, text, expiresAt, muted }: RequestEvent) {
  return plain({ number, kind, sender, verified, title, text, expiresAt, muted }) as object
}

function messageShown({
  position,
  id,
  sender,
  sentAt,
  time,
  content,
  fallback,
}: Extract<WatchedEvent, { type: 'message' }>) {
  const { identity, installation, slot, verified, own } = sender
  const by = { sender: identity, device: installation, slot, verified: verified ?? null, own }
  return { position, id, ...by, sentAt, time, ...contentShown(content, fallback) }
}

/** What a message says: no keys of files. */
export function contentShown(content: MessageContent, fallback: string): Readonly<Record<string, unknown>> {
  switch (content.type) {
    case 'text/1':
      return { content: 'text', text: content.text }
    case 'attachment/1':
      return { content: 'attachment', name: content.name, mime: content.mime, size: content.size }
    case 'reply/1':
      return { content: 'reply', to: content.to, answer: contentShown(content.content, fallback) }
    case 'reaction/1':
      return { content: 'reaction', to: content.to, sign: content.reaction, act: content.act }
    case 'receipt/1':
      return { content: 'receipt', until: content.position }
    case 'settings/1': {
      const { title, description } = content.settings
      return { content: 'settings', counts: content.counts, title: title ?? null, description: description ?? null }
    }
    case 'resend/1': {
      const { position, identity, id } = content
      return {
        content: 'resend',
        of: { position, identity, id },
        said: contentShown(content.content, content.fallback),
      }
    }
    case 'left/1':
      return { content: 'left', text: content.text }
    default:
      return { content: 'other', name: content.name, text: fallback }
  }
}

const all = (shown: Shown): Shown => plain(shown) as Shown

/** A name of 16 bytes or an address, as JSON has it. */
export const hexOf = (bytes: Uint8Array): string => toHex(bytes)
