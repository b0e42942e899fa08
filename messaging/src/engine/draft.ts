import { type Bytes32, type Millis, Role } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { GroupState } from '../mls/group.ts'
import type { Content } from './content.ts'
import type { EngineEvent } from './events.ts'
import type { Judge } from './judge.ts'
import { type RecordState, slotAt } from './record.ts'
import {
  type ConversationState,
  gapsOf,
  memberOf,
  type OutsideReason,
  type PendingMessage,
  type Waiting,
} from './state.ts'

/** What taking an entry needs beside state and content. */
export interface Taking extends Judge {
  /** Whether this device has read a content before: stores may have let go of it since, and nothing follows from it any more. */
  readonly isKnown: (digest: Bytes32) => boolean
  /** Joins by a Welcome; undefined when no package of this device is among those that it is for, or it is no good. */
  readonly join: (welcome: Extract<Content, { kind: 'welcome' }>) => Promise<GroupState | undefined>
}

/** A new state and what is to be reported of it. */
export interface Taken {
  readonly state: ConversationState
  readonly events: readonly EngineEvent[]
}

/** Slots that must contradict the one who let a device in: more than one liar. */
const doubters = 2

/** An own message that has its place. */
type Posted = PendingMessage & Required<Pick<PendingMessage, 'at'>>

/** A state on its way to the next, with what is to be reported. */
export class Draft {
  state: ConversationState
  readonly events: EngineEvent[] = []
  readonly taking: Taking

  constructor(state: ConversationState, taking: Taking) {
    this.state = state
    this.taking = taking
  }

  patch(changes: Partial<ConversationState>): void {
    this.state = { ...this.state, ...changes }
  }

  report(event: EngineEvent): void {
    this.events.push(event)
  }

  refuse({ position, slot }: Waiting, reason: string): void {
    this.report({ type: 'refused', position, slot, reason })
  }

  /** The record as it was just before an entry that waits. */
  recordAt({ slots }: Waiting): RecordState {
    return { ...this.state.record, slots }
  }

  /** Forgets all keys of the group. */
  leave(reason: OutsideReason, why: string): void {
    if ('outside' in this.state.membership && this.state.membership.outside === reason) return
    for (const { position } of gapsOf(this.state)) this.report({ type: 'gapClosed', position, how: 'rejoined' })
    this.patch({
      membership: { outside: reason, since: this.state.record.time },
      commits: [],
      // A group as it was before now cannot be judged: what came since was dealt with, and is not kept.
      keptFrom: this.state.record.cursor.messages,
      movedOn: false,
      waiting: this.state.waiting.map(({ gap: _, ...rest }) => rest),
    })
    this.report({ type: 'outside', reason, why })
    // Whether others counted what was posted at a gap, or in a group of few, cannot be known now.
    this.confirm(() => false)
    const { slot, unvouched } = this.state
    for (const { position, plaintext } of unvouched) this.report({ type: 'late', position, slot, plaintext })
    this.patch({ unvouched: [] })
    this.patch({ messages: this.state.messages.map((each) => ({ ...each, orphaned: true })) })
  }

  /** This device did something that its state does not know: it was restored from a backup, and its keys are used up. */
  forgot(): void {
    this.leave('lost', 'this device did something that its state does not know of: its store is older than it was')
  }

  /** An own message counts: the keys of the own leaf grow old. */
  saidAt(time: Millis): void {
    const member = memberOf(this.state)
    if (member === undefined) return
    const renewed = member.renewed === 0n ? time : member.renewed
    this.patch({ membership: { ...member, renewed, said: member.said + 1 } })
  }

  /** Settles own messages that had their place while this device was at a gap: some came too late for others. */
  confirm(counts: (message: Posted) => boolean): void {
    const { messages, slot } = this.state
    this.patch({ messages: messages.filter(({ at }) => at === undefined) })
    for (const { at, ...message } of messages) {
      if (at === undefined) continue
      if (counts({ ...message, at })) this.counted(at.position, message.plaintext)
      else this.report({ type: 'late', position: at.position, slot, plaintext: message.plaintext })
    }
  }

  /** An own message counts in the group as this device has it. */
  counted(position: bigint, plaintext: Uint8Array): void {
    if (memberOf(this.state)?.voucher === undefined) return
    this.patch({ unvouched: [...this.state.unvouched.slice(1 - messagingLimits.unvouched), { position, plaintext }] })
  }

  /** A slot's other device, or another slot, was read in the group: unless it is the one who let this device in, the group is the members'. */
  vouch(slot: number): void {
    const member = memberOf(this.state)
    if (member?.voucher === undefined) return
    if (slot === member.voucher.slot && this.others(slot) > 0) return
    this.patch({ membership: { ...member, voucher: undefined }, unvouched: [], distrusted: [] })
  }

  /**
   * A slot's entry cannot be read in the group. Two such slots, or all there are, and whoever let this device in is not believed.
   * @returns whether the keys were given up.
   */
  doubt(slot: number): boolean {
    const member = memberOf(this.state)
    const voucher = member?.voucher
    if (member === undefined || voucher === undefined || slot === this.state.slot || slot === voucher.slot) return false
    if (slotAt(this.state.record, slot).role === Role.none) return false
    const unread = [...new Set([...voucher.unread, slot])]
    this.patch({ membership: { ...member, voucher: { ...voucher, unread } } })
    if (unread.length < doubters && unread.length < this.others(voucher.slot)) return false
    this.distrust()
    return true
  }

  /** Gives up the keys of a group that others are not in. */
  distrust(): void {
    const slot = memberOf(this.state)?.voucher?.slot
    if (slot === undefined) return
    this.patch({ distrusted: [...new Set([...this.state.distrusted, slot])] })
    this.leave('lost', `others are not in the group that slot ${slot} let this device into`)
  }

  /** Live slots beside the own one and another. */
  private others(slot: number): number {
    const { record, slot: own } = this.state
    return record.slots.filter(({ role }, i) => role !== Role.none && i !== own && i !== slot).length
  }

  get isBlocked(): boolean {
    return gapsOf(this.state).length > 0
  }

  taken(): Taken {
    return { state: this.state, events: this.events }
  }
}
