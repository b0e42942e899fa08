import { Role } from '@parley/protocol/light'
import type { EngineEvent } from '../engine/events.ts'
import { slotAt } from '../engine/record.ts'
import type { ConversationState } from '../engine/state.ts'
import { MessagingError } from '../faults.ts'
import { isSame } from './post.ts'
import type { StoredConversation } from './stored.ts'

/** Whether the record took the own slot away: no device of it can say anything any more. */
export function isRemoved({ membership, record, slot }: ConversationState): boolean {
  return 'outside' in membership && membership.outside === 'removed' && slotAt(record, slot).role === Role.none
}

/** Whether a message of this device waits that was not sent to the log. */
export function hasUnsaid({ unsent, intents }: StoredConversation): boolean {
  return unsent.length > 0 || intents.some(({ kind, nonce }) => kind === 'message' && nonce === undefined)
}

/** What is left of a conversation once the own slot is gone: nothing waits to be said, and what did is reported. */
export function endSaying(
  stored: StoredConversation,
  state: ConversationState,
  events: readonly EngineEvent[],
):
  | (Pick<StoredConversation, 'state' | 'intents' | 'unsent'> & { readonly unsaid: readonly EngineEvent[] })
  | undefined {
  if (!isRemoved(state)) return undefined
  const late = events.flatMap((event) => (event.type === 'late' && event.plaintext ? [event.plaintext] : []))
  const pending = state.messages.map(({ plaintext }) => plaintext)
  const unsaid = [...stored.unsent, ...late, ...pending].map((plaintext) => ({ type: 'unsaid', plaintext }) as const)
  return { state: { ...state, messages: [] }, intents: [], unsent: [], unsaid }
}

/** A conversation without the messages that were never sent to the log. */
export function withoutUnsaid({ intents, state }: StoredConversation): Partial<StoredConversation> {
  const never = intents.filter(({ kind, nonce }) => kind === 'message' && nonce === undefined)
  return {
    unsent: [],
    intents: intents.filter((each) => !never.includes(each)),
    state: {
      ...state,
      messages: state.messages.filter(({ digest }) => !never.some((each) => isSame(each, { content: digest }))),
    },
  }
}

/** Why the own slot may say nothing. */
export function notAMember(slot: number, reason: 'removed' | 'shut out'): MessagingError {
  return new MessagingError({ code: 'NOT_A_MEMBER', slot, reason })
}
