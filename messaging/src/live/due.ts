import { Role } from '@parley/protocol/light'
import type { Conversation } from '../conversation/conversation.ts'
import { gapsOf, memberOf } from '../engine/state.ts'
import type { Clock } from '../ports/clock.ts'

/** Milliseconds by which a member with the next leaf waits longer than the one before. */
const stepMs = 300
/** The longest that a member waits for others. */
const longestMs = 10_000

/**
 * Does one of the things that a client does by itself; false when there is nothing to do.
 * @param isTurn - Whether this member's turn has come, among those who could all do the same.
 */
export async function doDue(
  conversation: Conversation,
  clock: Clock,
  isTurn: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { state } = conversation
  await conversation.fetchMissing(signal)
  if (gapsOf(conversation.state).length > 0 && conversation.state.movedOn) {
    await conversation.abandon('others went on by what this device cannot have', signal)
    return true
  }
  if (conversation.mustAsk) {
    await conversation.askToJoin()
    return true
  }
  const [old] = conversation.skippable(clock.now())
  if (old !== undefined && isTurn && state.record.slots[state.slot]?.role === Role.admin) {
    await conversation.skip(old, 1)
    return true
  }
  if (conversation.mustWant !== undefined) {
    await conversation.want(conversation.mustWant)
    return true
  }
  if (memberOf(conversation.state) === undefined) return false
  const { stale } = conversation
  const isBlocked = gapsOf(conversation.state).length > 0
  if (stale.length > 0) {
    if (isBlocked || !isTurn || conversation.state.commits.length > 0) return false
    await conversation.commit([], stale)
    return true
  }
  const [asking] = conversation.asking
  if (asking !== undefined && isTurn && !isBlocked) {
    await conversation.answer(asking, signal)
    return true
  }
  if (!conversation.mustSayAgain) return false
  await conversation.sayAgain()
  return true
}

/** Milliseconds that this member waits before it does what any of them could: the k-th leaf k × 300 ms, 10 s at most. */
export function turnOf({ leaves, state }: Conversation): number {
  const own = memberOf(state)?.state.privatePath.leafIndex
  const before = leaves.filter(({ index }) => own !== undefined && index < own).length
  return before * stepMs < longestMs ? before * stepMs : longestMs
}
