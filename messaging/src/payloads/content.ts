import { type Bytes20, Role } from '@parley/protocol/light'
import { type Attachment, decodeAttachment } from '../attachments/attachment.ts'
import type { Payload } from '../codec/payload.ts'
import { MessagingError } from '../faults.ts'
import { decodeLeft } from './left.ts'
import { decodeReaction, type Reaction } from './reaction.ts'
import { decodeReceipt } from './receipt.ts'
import { decodeReply } from './reply.ts'
import { decodeResend } from './resend.ts'
import { decodeSettings, type Settings, settingsOf } from './settings.ts'
import { decodeTextBody } from './text.ts'

/** What a message is. Types of applications come with their bytes; so does what is not of the form that its type has. */
export type MessageContent =
  | { readonly type: 'text/1'; readonly text: string }
  | ({ readonly type: 'attachment/1' } & Attachment)
  /** `to` is the `id` of the message that is answered. */
  | { readonly type: 'reply/1'; readonly to: Uint8Array; readonly content: MessageContent }
  | ({ readonly type: 'reaction/1' } & Reaction)
  /** Its author has read everything up to the message at this position. */
  | { readonly type: 'receipt/1'; readonly position: bigint }
  /** `counts`: its author was an admin at its place. Otherwise nothing was set. */
  | { readonly type: 'settings/1'; readonly settings: Settings; readonly counts: boolean }
  /** The sender of this says that `identity` said that, at `position`. */
  | {
      readonly type: 'resend/1'
      readonly position: bigint
      readonly identity: Bytes20
      readonly installation: Uint8Array
      readonly id: Uint8Array
      readonly sentAt: bigint
      readonly content: MessageContent
      readonly fallback: string
    }
  /** Its author gives up its slot. */
  | { readonly type: 'left/1'; readonly text: string }
  | { readonly type: 'other'; readonly name: string; readonly body: Uint8Array }

/**
 * A payload as applications see it.
 * @param role - Of its author's slot, at its place.
 */
export function contentOf({ type, body }: Pick<Payload, 'type' | 'body'>, role: number): MessageContent {
  try {
    return known(type, body, role) ?? { type: 'other', name: type, body }
  } catch (error) {
    // Another member's junk is shown by its fallback.
    if (error instanceof MessagingError) return { type: 'other', name: type, body }
    throw error
  }
}

function known(type: string, body: Uint8Array, role: number): MessageContent | undefined {
  switch (type) {
    case 'text/1':
      return { type, text: decodeTextBody(body) }
    case 'attachment/1':
      return { type, ...decodeAttachment(body) }
    case 'reply/1': {
      const { to, ...answer } = decodeReply(body)
      return { type, to, content: contentOf(answer, Role.none) }
    }
    case 'reaction/1':
      return { type, ...decodeReaction(body) }
    case 'receipt/1':
      return { type, ...decodeReceipt(body) }
    case 'settings/1':
      return { type, settings: settingsOf(decodeSettings(body)), counts: role === Role.admin }
    case 'resend/1': {
      const { payload, ...rest } = decodeResend(body)
      const { id, sentAt, fallback } = payload
      return { type, ...rest, id, sentAt, fallback, content: contentOf(payload, Role.none) }
    }
    case 'left/1':
      return { type, text: decodeLeft(body) }
    default:
      return undefined
  }
}
