import { type Bytes20, type Bytes32, type Millis, Role } from '@parley/protocol/light'
import type { Payload } from '../codec/payload.ts'
import type { EngineEvent } from '../engine/events.ts'
import type { GapReason, OutsideReason } from '../engine/state.ts'
import type { MemberLeaf } from '../mls/leaf.ts'
import { contentOf, type MessageContent } from '../payloads/content.ts'
import type { Withheld } from '../providers/provider.ts'
import type { StoredRequest } from './request-store.ts'
import type { Room } from './room.ts'

/** Who said something. */
export interface Sender {
  readonly identity: Bytes20
  readonly installation: Bytes32
  readonly slot: number
  /** Whether the directory had the device for the identity, when it was last asked; undefined while it does not answer. */
  readonly verified: boolean | undefined
  /** This very device. */
  readonly own: boolean
}

/** A device in a group: whose it is. */
export type Device = Pick<MemberLeaf, 'identity' | 'installation'> & { readonly slot: number }

/** Something that happened in a conversation. */
export type RoomEvent = { readonly conversation: Room } & (
  | {
      readonly type: 'message'
      readonly position: bigint
      readonly id: Uint8Array
      readonly sender: Sender
      /** By its author. Milliseconds since 1970. */
      readonly sentAt: bigint
      /** Of the block that has it. */
      readonly time: Millis
      readonly content: MessageContent
      readonly fallback: string
    }
  /** Devices came into the group or left it. */
  | { readonly type: 'membership'; readonly added: readonly Device[]; readonly removed: readonly Device[] }
  /** Slots were emptied on the L3; their devices leave the group with the next commit. */
  | { readonly type: 'removed'; readonly slots: readonly number[] }
  /** This device has keys of the group. */
  | { readonly type: 'joined'; readonly position: bigint }
  /** This device has no keys any more; it asks for new ones by itself unless it was removed. */
  | { readonly type: 'outside'; readonly reason: OutsideReason; readonly why: string }
  | { readonly type: 'gap'; readonly position: bigint; readonly reason: GapReason }
  | {
      readonly type: 'gapClosed'
      readonly position: bigint
      readonly how: 'found' | 'skipped' | 'rejoined' | 'expired'
    }
  /** A message of this device that nobody will get: the own slot was removed before it had its place. */
  | { readonly type: 'unsent'; readonly id: Uint8Array; readonly content: MessageContent; readonly fallback: string }
  /** Messages that this device can never read. */
  | { readonly type: 'expired'; readonly count: number }
  /** The author of a message had another record: a server shows two. */
  | Pick<Extract<EngineEvent, { type: 'split' }>, 'type' | 'position' | 'slot' | 'seen' | 'own'>
)

/** Somebody wants to talk. */
export interface RequestEvent {
  readonly type: 'request'
  /** `device`: another device of this identity lets this one in. */
  readonly kind: 'conversation' | 'device'
  readonly number: number
  readonly sender: Bytes20
  /** Whether the directory had the sender's device when the invite came. */
  readonly verified: boolean
  readonly title: string
  readonly text: string
  readonly expiresAt: Millis
  readonly muted: boolean
  /** Takes the slot and opens the conversation. @throws {MessagingError} `INVITE_UNUSABLE`. */
  accept(): Promise<Room>
  decline(): Promise<void>
}

/** A provider withholds: see `switchProvider`. */
export type WithheldEvent = { readonly type: 'withheld' } & Withheld

/** Without a cursor, which belongs to what is watched. */
export type MessengerEvent = RoomEvent | RequestEvent | WithheldEvent

/** An event of the engine as applications see it; undefined for one that is none of theirs. */
export function roomEventOf(
  conversation: Room,
  event: EngineEvent,
  payload: Payload | undefined,
  verified: boolean | undefined,
): RoomEvent | undefined {
  switch (event.type) {
    case 'message': {
      if (payload === undefined) return undefined
      const { position, identity, installation, slot, time, own } = event
      const { id, sentAt, fallback } = payload
      const sender = { identity, installation, slot, verified, own }
      return {
        type: 'message',
        conversation,
        position,
        id,
        sender,
        sentAt,
        time,
        content: contentOf(payload, event.role),
        fallback,
      }
    }
    case 'epoch': {
      const { added, removed, author, joiner } = event
      if (added.length + removed.length === 0 && !joiner) return undefined
      return {
        type: 'membership',
        conversation,
        added: (joiner ? [author, ...added] : added).map(deviceOf),
        removed: removed.map(deviceOf),
      }
    }
    case 'change': {
      const slots = event.change.remove.map(({ slot }) => slot)
      return slots.length === 0 ? undefined : { type: 'removed', conversation, slots }
    }
    case 'joined':
      return { type: 'joined', conversation, position: event.position }
    case 'outside':
      return { type: 'outside', conversation, reason: event.reason, why: event.why }
    case 'gap':
      return { type: 'gap', conversation, position: event.position, reason: event.reason }
    case 'gapClosed':
      return { type: 'gapClosed', conversation, position: event.position, how: event.how }
    case 'split': {
      const { type, position, slot, seen, own } = event
      return { type, conversation, position, slot, seen, own }
    }
    case 'unsaid': {
      if (payload === undefined) return undefined
      const { id, fallback } = payload
      return { type: 'unsent', conversation, id, content: contentOf(payload, Role.none), fallback }
    }
    case 'expired':
      return { type: 'expired', conversation, count: event.count }
    default:
      return undefined
  }
}

function deviceOf({ identity, installation, claim }: MemberLeaf): Device {
  return { identity, installation, slot: claim.slot }
}

/** What an application is told of a stored request. */
export function requestEventOf(
  { number, head, body, muted, verified }: StoredRequest,
  actions: Pick<RequestEvent, 'accept' | 'decline'>,
): RequestEvent {
  const { sender, expiresAt } = head
  const { title, text } = body
  return { type: 'request', kind: body.kind, number, sender, verified, title, text, expiresAt, muted, ...actions }
}

/** Roles of members, for those who set them. */
export const roles: { readonly member: number; readonly admin: number } = { member: Role.member, admin: Role.admin }
