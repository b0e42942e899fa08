import { Role, sameBytes } from '@parley/protocol/light'
import type { PublicCommit } from '../mls/commit.ts'
import type { MemberLeaf } from '../mls/leaf.ts'
import { type RecordState, slotAt } from './record.ts'

/** Whether a leaf's slot has a member at this place of the record, with the leaf's key. */
export function isLive(record: RecordState, { claim }: MemberLeaf): boolean {
  const { key, role } = slotAt(record, claim.slot)
  return role !== Role.none && sameBytes(key, claim.slotKey)
}

/** Leaves that must go before anybody may encrypt (R7). */
export function staleLeaves(record: RecordState, leaves: readonly MemberLeaf[]): MemberLeaf[] {
  return leaves.filter((leaf) => !isLive(record, leaf))
}

/**
 * Why a commit is not valid at its place, or undefined (R2). It follows from the record and the commit's public part, so all members
 * come to the same.
 * @param record - As it was just before the commit's entry.
 * @param slot - Whose entry it is.
 */
export function findRuleFault(commit: PublicCommit, record: RecordState, slot: number): string | undefined {
  if (commit.leaf.claim.slot !== slot) return `leaf of slot ${commit.leaf.claim.slot}, posted by slot ${slot}`
  const isAdmin = slotAt(record, slot).role === Role.admin
  const isOwn = ({ claim }: MemberLeaf): boolean => claim.slot === slot
  const [stale] = staleLeaves(record, commit.leaves)
  if (stale !== undefined) return `leaf ${stale.index} is of slot ${stale.claim.slot}, which is not live with its key`
  if (commit.author === 'joiner')
    return commit.removed.every(isOwn) ? undefined : 'an external commit removes the leaf of another slot'
  if (isAdmin) return undefined
  const added = commit.added.find((leaf) => !isOwn(leaf))
  if (added !== undefined) return `slot ${slot} is no admin and adds a leaf of slot ${added.claim.slot}`
  const removed = commit.removed.find((leaf) => !isOwn(leaf) && isLive(record, leaf))
  if (removed !== undefined) return `slot ${slot} is no admin and removes a leaf of slot ${removed.claim.slot}`
  return undefined
}
