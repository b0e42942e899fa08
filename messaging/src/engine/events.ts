import type { Bytes20, Bytes32, ChangeMembers, Millis } from '@parley/protocol/light'
import type { Control } from '../codec/control.ts'
import type { MemberLeaf } from '../mls/leaf.ts'
import type { GapReason, OutsideReason } from './state.ts'

/** What an entry, or a content that was found, led to. Positions count messages of the record. */
export type EngineEvent =
  | {
      readonly type: 'message'
      readonly position: bigint
      readonly slot: number
      /** Of its slot, at its place. */
      readonly role: number
      readonly identity: Bytes20
      readonly installation: Bytes32
      readonly epoch: bigint
      readonly time: Millis
      readonly plaintext: Uint8Array
      /** Of its content. */
      readonly digest: Bytes32
      /** Of this device. */
      readonly own: boolean
    }
  /** A message whose author lost its keys and could not know that it had counted: it was reported before. */
  | { readonly type: 'repeated'; readonly position: bigint; readonly slot: number; readonly digest: Bytes32 }
  | { readonly type: 'change'; readonly change: ChangeMembers; readonly time: Millis }
  | {
      readonly type: 'epoch'
      readonly position: bigint
      readonly epoch: bigint
      readonly author: MemberLeaf
      /** The author came in by this commit. */
      readonly joiner: boolean
      readonly added: readonly MemberLeaf[]
      readonly removed: readonly MemberLeaf[]
      /** The same for all members of the epoch: who compares it finds a group that is split. */
      readonly authenticator: Uint8Array
      /** Of a commit of this device: the Welcome that is to be posted now. */
      readonly welcome: Uint8Array | undefined
    }
  | {
      readonly type: 'joined'
      readonly position: bigint
      readonly epoch: bigint
      readonly authenticator: Uint8Array
      readonly by: 'welcome' | 'commit' | 'founding'
    }
  | { readonly type: 'outside'; readonly reason: OutsideReason; readonly why: string }
  | {
      readonly type: 'gap'
      readonly position: bigint
      readonly slot: number
      readonly reason: GapReason
      readonly digest: Bytes32
    }
  | {
      readonly type: 'gapClosed'
      readonly position: bigint
      readonly how: 'found' | 'skipped' | 'rejoined' | 'expired'
    }
  /** A message came after its epoch's time. An own one is to be sent anew. */
  | {
      readonly type: 'late'
      readonly position: bigint
      readonly slot: number
      readonly plaintext: Uint8Array | undefined
    }
  /** A message of this device that nobody will get, for the own slot was removed before it had its place. */
  | { readonly type: 'unsaid'; readonly plaintext: Uint8Array }
  /** All members who have the content refuse it. */
  | { readonly type: 'refused'; readonly position: bigint; readonly slot: number; readonly reason: string }
  | { readonly type: 'sealed'; readonly position: bigint; readonly slot: number; readonly body: Uint8Array }
  | { readonly type: 'control'; readonly position: bigint; readonly slot: number; readonly control: Control }
  /** A commit by which a slot joins does not count: its device may not know that it is outside. */
  | { readonly type: 'astray'; readonly position: bigint; readonly slot: number }
  /** The author of a message had another record than this device: a server shows two. `own` is undefined where this device had no such place. */
  | {
      readonly type: 'split'
      readonly position: bigint
      readonly slot: number
      readonly seen: { readonly messages: bigint; readonly changes: bigint; readonly head: Uint8Array }
      readonly own: Uint8Array | undefined
    }
  /** Messages that this device can never read, for it had no keys when they were sent. */
  | { readonly type: 'expired'; readonly count: number }
