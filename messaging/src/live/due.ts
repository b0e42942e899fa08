import { Role } from '@parley/protocol/light'
import type { Conversation } from '../conversation/conversation.ts'
import { gapsOf, memberOf } from '../engine/state.ts'
import { messagingLimits } from '../limits.ts'
import type { MemberLeaf } from '../mls/leaf.ts'
import type { Clock } from '../ports/clock.ts'

/** Milliseconds by which a member with the next leaf waits longer than the one before. */
const stepMs = 300
/** The longest that a member waits for others. */
const longestMs = 10_000

/** How a client minds the directory. */
export interface Minding {
  /** Nothing is said while a device is in the group that the directory does not have. */
  readonly strict: boolean
  /** Is told that the directory does not answer: reading goes on. */
  readonly warn: (error: unknown) => void
}

/**
 * Does one of the things that a client does by itself; false when there is nothing to do.
 * @param isTurn - Whether this member's turn has come, among those who could all do the same.
 */
export async function doDue(
  conversation: Conversation,
  clock: Clock,
  isTurn: boolean,
  minding: Minding,
  signal: AbortSignal,
): Promise<boolean> {
  const { state } = conversation
  await conversation.fetchMissing(signal)
  if (conversation.hasExpired(clock.now())) {
    await conversation.passOver(signal)
    return true
  }
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
  if (await desertedNow(conversation, minding, signal)) {
    await conversation.boot()
    return true
  }
  if (memberOf(conversation.state) === undefined) return false
  const { stale } = conversation
  const isBlocked = gapsOf(conversation.state).length > 0
  if (conversation.isOwnStale) return renewOwn(conversation, isBlocked, signal)
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
  const revoked = await revokedOf(conversation, minding, signal)
  // Nobody else need mind a device of the own slot, so there is no turn to wait for.
  const isDue = (leaf: MemberLeaf): boolean => isTurn || leaf.claim.slot === state.slot
  const removable = revoked.filter((leaf) => conversation.mayRemove(leaf) && isDue(leaf))
  if (removable.length > 0 && !isBlocked && conversation.state.commits.length === 0) {
    await conversation.commit([], removable.slice(0, messagingLimits.proposals))
    return true
  }
  const aged = conversation.agedKeys(clock.now())
  const isDueToEnd = aged === 'own' || (aged === 'epoch' && isTurn)
  if (isDueToEnd && !isBlocked && conversation.state.commits.length === 0) {
    await conversation.commit([], [])
    return true
  }
  if (!conversation.mustSayAgain || (minding.strict && revoked.length > 0)) return false
  await conversation.sayAgain()
  return true
}

/**
 * The own slot has a new key. Where the own leaf alone is stale this device replaces it; where all are, an admin founds the group
 * anew; else others remove the stale ones, and it asks to join.
 */
async function renewOwn(conversation: Conversation, isBlocked: boolean, signal: AbortSignal): Promise<boolean> {
  const { stale, leaves, state } = conversation
  if (isBlocked || state.commits.length > 0 || state.boot !== undefined) return false
  if (stale.length === 1) await conversation.renew(signal)
  else if (stale.length === leaves.length && state.record.slots[state.slot]?.role === Role.admin)
    await conversation.boot()
  else return false
  return true
}

/** Whether a group that all other devices were lost with is to be founded anew: not while the directory does not answer. */
async function desertedNow(conversation: Conversation, { warn }: Minding, signal: AbortSignal): Promise<boolean> {
  try {
    return await conversation.isDeserted(signal)
  } catch (error) {
    if (signal.aborted) throw error
    warn(error)
    return false
  }
}

/** None while the directory does not answer. */
async function revokedOf(
  conversation: Conversation,
  { warn }: Minding,
  signal: AbortSignal,
): Promise<readonly MemberLeaf[]> {
  try {
    return await conversation.revoked(signal)
  } catch (error) {
    if (signal.aborted) throw error
    warn(error)
    return []
  }
}

/** Milliseconds that this member waits before it does what any of them could: the k-th leaf k × 300 ms, 10 s at most. */
export function turnOf({ leaves, state }: Conversation): number {
  const own = memberOf(state)?.state.privatePath.leafIndex
  const before = leaves.filter(({ index }) => own !== undefined && index < own).length
  return before * stepMs < longestMs ? before * stepMs : longestMs
}
