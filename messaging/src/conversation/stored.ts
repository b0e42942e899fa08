import type { Bytes32, MemberKey, Millis } from '@parley/protocol/light'
import type { ConversationState } from '../engine/state.ts'
import type { OwnPackage } from '../mls/leaf.ts'
import type { SuiteName } from '../mls/suite.ts'
import type { Setting } from '../payloads/settings.ts'
import type { ContentClass } from '../ports/contents.ts'
import type { Place } from '../ports/log.ts'

/** Something to be posted, stored before it leaves. */
export interface Intent {
  readonly kind: 'message' | 'commit' | 'welcome' | 'external' | 'sealed' | 'control'
  readonly content: Bytes32
  /** Undefined for a control. */
  readonly frame: Uint8Array | undefined
  readonly class: ContentClass
  /** Commitments of those who are to acknowledge it. */
  readonly acks: readonly Bytes32[]
  /** Nonce with which it was sent, if it was. */
  readonly nonce: bigint | undefined
}

/** What this device is in one conversation. */
export interface OwnSlot {
  readonly place: Place
  readonly slot: number
  readonly slotKey: MemberKey
  /** Ed25519, fresh for each conversation. */
  readonly ack: { readonly secret: Uint8Array; readonly key: Bytes32 }
  readonly suite: SuiteName
}

/** All that a device stores of a conversation. Values in it are never changed, but replaced. */
export interface StoredConversation {
  readonly own: OwnSlot
  readonly state: ConversationState
  readonly packages: readonly OwnPackage[]
  readonly intents: readonly Intent[]
  /** Events that were reported; each is stored under its number. */
  readonly events: number
  /** Messages that came too late and are to be encrypted anew. */
  readonly unsent: readonly Uint8Array[]
  /** Slots that asked to join, with where they did. */
  readonly asking: readonly { readonly slot: number; readonly position: bigint }[]
  /** When this device asked to join, unless that came to an end. */
  readonly asked: Millis | undefined
  /** Positions at which others said that they are at a gap, since this device has no keys. */
  readonly wants: readonly bigint[]
  /** The gap that this device said that it is at. */
  readonly wanted: bigint | undefined
  /** The key that is to take the place of the slot's, stored before it is used. */
  readonly nextKey: MemberKey | undefined
  /** Another device of the slot put a key into it that this one does not have. */
  readonly shutOut: boolean
  /** Identities of slots that have no leaf yet, as far as they are known. */
  readonly identities: readonly { readonly slot: number; readonly identity: Uint8Array }[]
  /** Contents that were read and are to be acknowledged, with how often that failed. */
  readonly unacked: readonly Unacked[]
  /** What admins set, with where they did: of each key the last in the record counts. */
  readonly settings: readonly PlacedSetting[]
}

/** A content that this device is to acknowledge. */
export interface Unacked {
  readonly digest: Bytes32
  readonly tries: number
}

/** A setting with the position of the message that set it. */
export interface PlacedSetting extends Setting {
  readonly position: bigint
}

/** What a conversation is called in the store. */
export function storeKey({ shard, index }: Place): string {
  return `conversation/${shard}/${index}`
}

/** Where an event is in the store. */
export function eventKey(place: Place, number: number): string {
  return `event/${storeKey(place)}/${number.toString().padStart(16, '0')}`
}
