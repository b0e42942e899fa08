import type { Millis } from '@parley/protocol/light'
import { emptyPskIndex, type PrivateMessage, processPrivateMessage } from 'ts-mls'
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js'
import { messagingLimits } from '../limits.ts'
import { applyCommit, type CommitMessage, type PublicCommit, readCommit } from '../mls/commit.ts'
import { type GroupState, peekSender } from '../mls/group.ts'
import { groupName } from '../mls/group-id.ts'
import { type MemberLeaf, readLeaf } from '../mls/leaf.ts'
import type { Suite } from '../mls/suite.ts'
import { readLeaves } from '../mls/tree.ts'
import type { RecordState } from './record.ts'
import { findRuleFault, isLive } from './rules.ts'
import type { Membership } from './state.ts'

/** What judging needs beside the state. */
export interface Judge {
  readonly suite: Suite
  /** Ends work on one content that takes too long, with {@link BudgetSpent}. */
  readonly budget: <T>(work: Promise<T>) => Promise<T>
}

/** One content's time is up. Others may be quicker, so nothing follows for the group. */
export class BudgetSpent extends Error {}

export type MessageVerdict =
  | { readonly kind: 'counts'; readonly leaf: MemberLeaf; readonly plaintext: Uint8Array; readonly state: GroupState }
  /** `isUnreadable`: its keys are not those of this group. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isUnreadable?: boolean }

export type CommitVerdict =
  | { readonly kind: 'valid'; readonly commit: PublicCommit; readonly state: GroupState }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'gap'; readonly reason: 'private' | 'budget' }
  /** Of the own leaf, from a life of this device that its state does not know. */
  | { readonly kind: 'own' }

/** Whether a message of an epoch that ended still counts: the epoch is near and its time is not up (R8). */
export function isInTime({ state, ended }: Membership, epoch: bigint, time: Millis): boolean {
  if (state.groupContext.epoch - epoch > BigInt(messagingLimits.lateEpochs)) return false
  const end = ended.find(([each]) => each === epoch)
  return end !== undefined && time <= end[1] + BigInt(messagingLimits.lateMs)
}

/** Decrypts an application message, once its leaf was found to belong to the slot that posted it (R11). */
export async function judgeMessage(
  { state }: Membership,
  message: PrivateMessage,
  record: RecordState,
  slot: number,
  { suite, budget }: Judge,
): Promise<MessageVerdict> {
  try {
    const leaf = await authorOf(state, message, record, suite)
    if (leaf === undefined) return { kind: 'refused', reason: 'its author has no leaf', isUnreadable: true }
    if (leaf.claim.slot !== slot)
      return { kind: 'refused', reason: `leaf of slot ${leaf.claim.slot}, posted by slot ${slot}` }
    if (!isLive(record, leaf)) return { kind: 'refused', reason: 'the leaf has an earlier key of its slot' }
    const result = await budget(processPrivateMessage(state, message, emptyPskIndex, suite))
    if (result.kind !== 'applicationMessage') return { kind: 'refused', reason: 'it is no application message' }
    return { kind: 'counts', leaf, plaintext: result.message, state: result.newState }
  } catch (error) {
    // The library's refusals, and a spent budget: a message that cannot be read changes nothing for others.
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'refused', reason, isUnreadable: !(error instanceof BudgetSpent) }
  }
}

async function authorOf(
  state: GroupState,
  message: PrivateMessage,
  { chainId }: RecordState,
  suite: Suite,
): Promise<MemberLeaf | undefined> {
  const index = await peekSender(state, message, suite)
  const isNow = message.epoch === state.groupContext.epoch
  const tree = isNow ? state.ratchetTree : state.historicalReceiverData.get(message.epoch)?.ratchetTree
  const name = groupName(message.groupId)
  if (index === undefined || tree === undefined || name === undefined) return undefined
  const node = tree[leafToNodeIndex(toLeafIndex(index))]
  if (node?.nodeType !== 'leaf') return undefined
  const leaf = readLeaf(node.leaf, index, name, chainId)
  return typeof leaf === 'string' ? undefined : leaf
}

/**
 * Judges a commit of the current epoch that somebody else made. What all members can see decides whether it is valid; if it is, and
 * its secrets do not fit this member, that is a gap (R2, R3).
 */
export async function judgeCommit(
  { state }: Membership,
  commit: CommitMessage,
  record: RecordState,
  slot: number,
  { suite, budget }: Judge,
): Promise<CommitVerdict> {
  try {
    if (commit.kind === 'private' && (await isOwnLeaf(state, commit.message, suite))) {
      // Who else posts it made up who wrote it: no member takes it.
      const own = readLeaves(state.ratchetTree, state.groupContext, record.chainId)
      const leaf = typeof own === 'string' ? undefined : own.find(({ index }) => index === state.privatePath.leafIndex)
      return leaf?.claim.slot === slot
        ? { kind: 'own' }
        : { kind: 'refused', reason: 'another slot’s leaf is its author' }
    }
    const read = await budget(readCommit(state, commit, record.chainId, suite))
    if (typeof read === 'string') return { kind: 'refused', reason: read }
    const fault = findRuleFault(read, record, slot)
    if (fault !== undefined) return { kind: 'refused', reason: fault }
    return await applied(state, commit, read, { suite, budget })
  } catch (error) {
    if (error instanceof BudgetSpent) return { kind: 'gap', reason: 'budget' }
    throw error
  }
}

async function applied(
  state: GroupState,
  commit: CommitMessage,
  read: PublicCommit,
  { suite, budget }: Judge,
): Promise<CommitVerdict> {
  try {
    return { kind: 'valid', commit: read, state: await budget(applyCommit(state, commit, suite)) }
  } catch (error) {
    if (error instanceof BudgetSpent) throw error
    // All that everybody can check was checked before: what fails now is for this member alone.
    return { kind: 'gap', reason: 'private' }
  }
}

/** A commit of the own leaf that is not pending comes from a copy of this device: its keys are used up here, and nowhere else. */
async function isOwnLeaf(state: GroupState, message: PrivateMessage, suite: Suite): Promise<boolean> {
  try {
    return (await peekSender(state, message, suite)) === state.privatePath.leafIndex
  } catch {
    // Sender data that does not decrypt is judged with the commit.
    return false
  }
}
