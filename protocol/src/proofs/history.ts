import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import type { Conversation } from '../types/state.ts'
import { type HistoryEntry, HistoryWalk } from './history-walk.ts'

/** Why a history is not the record of a conversation. */
export type HistoryGap =
  | { readonly kind: 'count'; readonly expected: bigint; readonly received: bigint }
  | { readonly kind: 'head'; readonly expected: Bytes32; readonly received: Bytes32 }

/**
 * Checks that `history` is the complete record of a proven conversation: nothing dropped, added, altered or reordered.
 * @param initialMembers - Slots the conversation was created with; their nonces start at 1.
 * @returns undefined when it is complete.
 */
export function findHistoryGap(
  chainId: bigint,
  conversation: Conversation,
  initialMembers: number,
  history: readonly HistoryEntry[],
): HistoryGap | undefined {
  const walk = new HistoryWalk(chainId, conversation.id, initialMembers)
  for (const entry of history)
    if (walk.step(entry) === undefined) return { kind: 'head', expected: conversation.head, received: walk.head }
  if (walk.messages !== conversation.messageCount)
    return { kind: 'count', expected: conversation.messageCount, received: walk.messages }
  return sameBytes(walk.head, conversation.head)
    ? undefined
    : { kind: 'head', expected: conversation.head, received: walk.head }
}
