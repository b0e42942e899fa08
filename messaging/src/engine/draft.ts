import type { GroupState } from '../mls/group.ts'
import type { Content } from './content.ts'
import type { EngineEvent } from './events.ts'
import type { Judge } from './judge.ts'
import type { RecordState } from './record.ts'
import { type ConversationState, gapsOf, type OutsideReason, type PendingMessage, type Waiting } from './state.ts'

/** What taking an entry needs beside state and content. */
export interface Taking extends Judge {
  /** Joins by a Welcome; undefined when no package of this device is among those that it is for, or it is no good. */
  readonly join: (welcome: Extract<Content, { kind: 'welcome' }>) => Promise<GroupState | undefined>
}

/** A new state and what is to be reported of it. */
export interface Taken {
  readonly state: ConversationState
  readonly events: readonly EngineEvent[]
}

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
    // Whether others counted what was posted at a gap cannot be known now.
    this.confirm(() => false)
    this.patch({ messages: this.state.messages.map((each) => ({ ...each, orphaned: true })) })
  }

  /** Settles own messages that had their place while this device was at a gap: some came too late for others. */
  confirm(counts: (message: Posted) => boolean): void {
    const { messages, slot } = this.state
    this.patch({ messages: messages.filter(({ at }) => at === undefined) })
    for (const message of messages)
      if (message.at !== undefined && !counts({ ...message, at: message.at }))
        this.report({ type: 'late', position: message.at.position, slot, plaintext: message.plaintext })
  }

  get isBlocked(): boolean {
    return gapsOf(this.state).length > 0
  }

  taken(): Taken {
    return { state: this.state, events: this.events }
  }
}
