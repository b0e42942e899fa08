import type { Millis } from '@parley/protocol/light'
import { gapsOf } from '../engine/state.ts'
import { messagingLimits } from '../limits.ts'
import type { StoredConversation } from './stored.ts'

/** The gap at which this device cannot answer those who ask to join, unless it said so before. */
export function gapToTell({ state, asking, wanted }: StoredConversation): bigint | undefined {
  const [gap] = gapsOf(state)
  const isNew = gap !== undefined && asking.length > 0 && wanted !== gap.position
  return isNew ? gap.position : undefined
}

/**
 * Entries that an admin is to skip: gaps that are old enough, from which nobody went on. An admin without keys that nobody answers
 * goes by what those who have keys say: at a gap they cannot answer.
 */
export function skippable({ state, asked, wants }: StoredConversation, now: Millis): readonly bigint[] {
  const isOld = (time: Millis): boolean => now >= time + BigInt(messagingLimits.skipAfterMs)
  const { membership, movedOn, waiting } = state
  if ('outside' in membership) {
    if (asked === undefined || !isOld(membership.since)) return []
    return waiting.flatMap(({ position, time }) => (wants.includes(position) && isOld(time) ? [position] : []))
  }
  if (movedOn) return []
  return gapsOf(state)
    .filter(({ time }) => isOld(time))
    .map(({ position }) => position)
}
