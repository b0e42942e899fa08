import { type Bytes32, type Millis, sameBytes } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { PublicCommit } from '../mls/commit.ts'
import type { GroupState } from '../mls/group.ts'
import type { Slot } from '../ports/log.ts'
import type { RecordState } from './record.ts'
import type { Voided } from './voided.ts'

/** An entry with a content that was not dealt with for good. */
export interface Waiting {
  readonly position: bigint
  readonly slot: number
  readonly digest: Bytes32
  readonly time: Millis
  /** Slots as they were just before it. */
  readonly slots: readonly Slot[]
  /** The content; undefined while nobody has it. */
  readonly frame: Uint8Array | undefined
  /** Why it holds up commits, once that was reported. */
  readonly gap?: GapReason
}

/** Nobody has the content; its secrets do not fit this member; or its time was up. */
export type GapReason = 'missing' | 'private' | 'budget'

/** A commit of this device that waits for its place. */
export interface PendingCommit {
  readonly digest: Bytes32
  readonly generation: number
  /** The epoch that it ends. */
  readonly epoch: bigint
  readonly commit: PublicCommit
  readonly next: GroupState
  /** MLSMessage / Welcome for those that it adds. */
  readonly welcome: Uint8Array | undefined
  /** Of an external commit: messages of the record that its GroupInfo had taken in. */
  readonly asOf: bigint | undefined
  /** Of an external commit: the slot that sent the GroupInfo. */
  readonly answerer: number | undefined
}

/** A message of this device that the record does not count yet. */
export interface PendingMessage {
  readonly digest: Bytes32
  readonly generation: number
  readonly epoch: bigint
  readonly plaintext: Uint8Array
  /** Its place, if it had it while this device was at a gap: whether its epoch's time was over is known once the gap is closed. */
  readonly at?: { readonly position: bigint; readonly time: Millis }
  /** Its keys were given up before it had its place: whether it counts for others cannot be known. */
  readonly orphaned?: true
}

/** A founding of this device that waits for its place. */
export interface PendingBoot {
  readonly generation: number
  readonly founded: GroupState
}

/** One slot's word that a group is the members' group: nobody else was read in it yet. */
export interface Voucher {
  readonly slot: number
  /** Other slots whose entries cannot be read in it. */
  readonly unread: readonly number[]
}

/** What a member has of the group. */
export interface Membership {
  readonly state: GroupState
  /** Position from which on this device judged every entry. */
  readonly since: bigint
  /** The first epoch of which it has keys. */
  readonly first: bigint
  /** Positions of the commits that led here. */
  readonly applied: readonly bigint[]
  /** Epochs that ended, with the block time of the commit that ended them. */
  readonly ended: readonly (readonly [epoch: bigint, time: Millis])[]
  /** Undefined once somebody else than the one who let this device in was read, and for founders. */
  readonly voucher: Voucher | undefined
  /** Entries whose content expired were passed over in this epoch: one of them may have been a commit. */
  readonly passed: boolean
  /** Block time at which this epoch began; 0 of one that began with the conversation. */
  readonly began: Millis
  /** Block time at which the own leaf got its keys; 0 while that is not known. */
  readonly renewed: Millis
  /** Own messages that counted since. */
  readonly said: number
}

/** Why a device has no keys of the group: it never had any, it lost touch, or its leaf or slot was removed. */
export type OutsideReason = 'new' | 'lost' | 'removed'

/** A device without keys. */
export interface Outside {
  readonly outside: OutsideReason
  /** Block time of the entry since which it is so. */
  readonly since: Millis
}

/** All that a device knows of one conversation. It moves entry by entry, each in one write. */
export interface ConversationState {
  readonly record: RecordState
  /** The own slot. */
  readonly slot: number
  readonly generation: number
  readonly membership: Membership | Outside
  readonly waiting: readonly Waiting[]
  readonly voided: readonly Voided[]
  /** Positions of the boots that counted, one for each generation after the first. */
  readonly boots: readonly bigint[]
  /** First position of which everything is known that waits; what came before was dealt with or too much to keep. */
  readonly keptFrom: bigint
  /** At a gap: somebody else went on to a later epoch. */
  readonly movedOn: boolean
  readonly commits: readonly PendingCommit[]
  readonly messages: readonly PendingMessage[]
  /** Own messages in a group that one slot alone vouches for: said again if it proves to be no group of the others. */
  readonly unvouched: readonly { readonly position: bigint; readonly plaintext: Uint8Array }[]
  /** Slots that let this device into groups of nobody else. Their answers count once there are no others. */
  readonly distrusted: readonly number[]
  readonly boot: PendingBoot | undefined
}

/** The membership of a device that has keys. */
export function memberOf({ membership }: ConversationState): Membership | undefined {
  return 'outside' in membership ? undefined : membership
}

/** Entries whose content nobody can be expected to have any more, for they are older than stores keep messages. */
export function expiredOf({ waiting }: ConversationState, now: Millis): Waiting[] {
  return waiting.filter(
    ({ frame, time, gap }) =>
      gap === 'missing' && frame === undefined && now >= time + BigInt(messagingLimits.retentionMs),
  )
}

/** Whether an entry of the own slot, without its content, is none that this device knows: another device's, or of a life that it forgot. */
export function isStrange({ slot, messages, commits }: ConversationState, item: Waiting): boolean {
  const isIt = ({ digest }: { readonly digest: Bytes32 }): boolean => sameBytes(digest, item.digest)
  return item.slot === slot && item.frame === undefined && !messages.some(isIt) && !commits.some(isIt)
}

/** Gaps behind which this device may have said more than it knows: it says nothing there, for its keys may be used up. */
export function strangeGaps(state: ConversationState): Waiting[] {
  return gapsOf(state).filter((item) => isStrange(state, item))
}

/** Entries that hold up commits; the first is the oldest. */
export function gapsOf({ waiting }: ConversationState): Waiting[] {
  return waiting.filter(({ gap }) => gap !== undefined)
}

export function beginConversation(record: RecordState, slot: number): ConversationState {
  return {
    record,
    slot,
    generation: 0,
    membership: { outside: 'new', since: record.time },
    waiting: [],
    voided: [],
    boots: [],
    keptFrom: 0n,
    movedOn: false,
    commits: [],
    messages: [],
    unvouched: [],
    distrusted: [],
    boot: undefined,
  }
}
