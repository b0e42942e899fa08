import { ackCommitment } from '@parley/content'
import { type Bytes32, type Millis, sameBytes, toHex } from '@parley/protocol/light'
import type { GroupInfo, KeyPackage } from 'ts-mls'
import { encodeFrame, FrameKind, frameDigest } from '../codec/frame.ts'
import type { Invitation } from '../codec/invitation.ts'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import { type PublicCommit, readCommit } from '../mls/commit.ts'
import { joinByCommit } from '../mls/external.ts'
import { sealExternal } from '../mls/external-seal.ts'
import { encrypt, foundGroup, makeCommit } from '../mls/group.ts'
import { groupName } from '../mls/group-id.ts'
import { checkedTree } from '../mls/join.ts'
import { type MemberLeaf, type OwnPackage, readLeaf } from '../mls/leaf.ts'
import { decodeMessage } from '../mls/message.ts'
import type { Suite } from '../mls/suite.ts'
import { readLeaves } from '../mls/tree.ts'
import { maxAcks } from '../ports/contents.ts'
import { commitInFrame } from './content.ts'
import { findRuleFault, isLive, staleLeaves } from './rules.ts'
import { type ConversationState, gapsOf, type Membership, memberOf, type PendingCommit, strangeGaps } from './state.ts'
import { isOutdated } from './voided.ts'

/** What is to be posted, with the state that must be stored before it leaves (R9). */
export interface Made {
  readonly state: ConversationState
  readonly frame: Uint8Array
  readonly digest: Bytes32
  /** What readers are known by to stores. None where nobody need acknowledge. */
  readonly acks: readonly Bytes32[]
}

/** Encrypts a message. @throws {MessagingError} `NOT_A_MEMBER`, `GAP`, `STALE_LEAVES`, `MESSAGE_TOO_LARGE`. */
export async function makeMessage(state: ConversationState, plaintext: Uint8Array, suite: Suite): Promise<Made> {
  const member = demandMember(state)
  const unknown = strangeGaps(state)
  if (unknown.length > 0) throw new MessagingError({ code: 'GAP', positions: unknown.map(({ position }) => position) })
  const leaves = leavesOfState(state, member)
  const stale = staleLeaves(state.record, leaves)
  if (stale.length > 0) throw new MessagingError({ code: 'STALE_LEAVES', slots: stale.map(({ claim }) => claim.slot) })
  const { state: next, frame } = await encrypt(member.state, plaintext, suite)
  const digest = frameDigest(frame)
  const { epoch } = member.state.groupContext
  const pending = { digest, generation: state.generation, epoch, plaintext }
  return {
    state: { ...state, membership: { ...member, state: next }, messages: [...state.messages, pending] },
    frame,
    digest,
    acks: commitments(leaves, member.state.privatePath.leafIndex, digest),
  }
}

/** One for each leaf that is to read a content, in the order of their hashes; none in large groups. */
function commitments(leaves: readonly MemberLeaf[], own: number, digest: Bytes32): readonly Bytes32[] {
  if (leaves.length > maxAcks) return []
  return leaves
    .filter(({ index }) => index !== own)
    .map(({ claim }) => ackCommitment(claim.ackKey, digest))
    .sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1))
}

/** What a commit is to do. */
export interface Plan {
  readonly add: readonly KeyPackage[]
  /** Leaf indices. */
  readonly remove: readonly number[]
}

/**
 * Makes a commit, once it was found that others would take it as the record is now.
 * @throws {MessagingError} `NOT_A_MEMBER`, `GAP`, `COMMIT_PENDING`, `COMMIT_INVALID`, `MESSAGE_TOO_LARGE`.
 */
export async function makeGroupCommit(state: ConversationState, plan: Plan, suite: Suite): Promise<Made> {
  const member = demandMember(state)
  const gaps = gapsOf(state)
  if (gaps.length > 0) throw new MessagingError({ code: 'GAP', positions: gaps.map(({ position }) => position) })
  const [waiting] = state.commits
  if (waiting !== undefined) throw new MessagingError({ code: 'COMMIT_PENDING', epoch: waiting.epoch })
  const made = await makeCommit(member.state, plan, suite)
  const commit = await readCommit(member.state, commitInFrame(made.frame), state.record.chainId, suite)
  const pending = fitCommit(state, commit)
  const digest = frameDigest(made.frame)
  return {
    state: {
      ...state,
      membership: { ...member, state: made.base },
      commits: [
        {
          ...pending,
          digest,
          epoch: member.state.groupContext.epoch,
          next: made.next,
          welcome: made.welcome,
          asOf: undefined,
          answerer: undefined,
        },
      ],
    },
    frame: made.frame,
    digest,
    acks: [],
  }
}

/**
 * Makes an external commit, by which this device joins or comes back. Its former leaf is looked up first.
 * @throws {MessagingError} `WELCOME_INVALID`, `COMMIT_INVALID`, `FRAME_INVALID`.
 */
export async function makeExternalCommit(
  state: ConversationState,
  { info, asOf, answerer }: Invitation & { readonly answerer: number | undefined },
  own: OwnPackage,
  suite: Suite,
): Promise<Made> {
  const { generation, slot } = state
  if (asOf < state.keptFrom || isOutdated(state.voided, asOf))
    throw new MessagingError({ code: 'WELCOME_INVALID', reason: 'too much happened since its GroupInfo was made' })
  const { groupInfo, tree, leaves } = await readInfo(state, info, suite)
  const { groupContext } = groupInfo
  const { signaturePublicKey } = own.keyPackage.leafNode
  const former = leaves.find(({ installation }) => installation.every((byte, i) => byte === signaturePublicKey[i]))
  if (former !== undefined && former.claim.slot !== slot)
    throw new MessagingError({ code: 'WELCOME_INVALID', reason: 'this device has a leaf of another slot' })
  const external = await joinByCommit(groupInfo, tree, own, former?.index, suite)
  const { epoch } = groupContext
  const frame = encodeFrame({
    kind: FrameKind.external,
    body: await sealExternal(external, { generation, epoch }, suite),
  })
  const pending = fitCommit(state, publicOf(state, external.next, former))
  const digest = frameDigest(frame)
  const commit = { ...pending, digest, epoch, next: external.next, welcome: undefined, asOf, answerer }
  return { state: { ...state, commits: [commit] }, frame, digest, acks: [] }
}

/** A GroupInfo that was checked, as far as somebody outside can. */
interface ReadInfo {
  readonly groupInfo: GroupInfo
  readonly tree: Awaited<ReturnType<typeof checkedTree>>
  readonly leaves: readonly MemberLeaf[]
}

/** @throws {MessagingError} `WELCOME_INVALID`, `FRAME_INVALID`. */
async function readInfo({ record, generation }: ConversationState, info: Uint8Array, suite: Suite): Promise<ReadInfo> {
  const { groupInfo } = decodeMessage(info, 'mls_group_info')
  const name = groupName(groupInfo.groupContext.groupId)
  if (name?.generation !== generation || !record.id.every((byte, i) => byte === name.conversation[i]))
    throw new MessagingError({ code: 'WELCOME_INVALID', reason: 'it is of another group' })
  const tree = await checkedTree(groupInfo, suite)
  const leaves = readLeaves(tree, groupInfo.groupContext, record.chainId)
  if (typeof leaves === 'string') throw new MessagingError({ code: 'WELCOME_INVALID', reason: leaves })
  return { groupInfo, tree, leaves }
}

/** Whether a GroupInfo is of a later epoch than this member's, or of the same epoch of another group. @throws {MessagingError} `WELCOME_INVALID`, `FRAME_INVALID`. */
export async function isElsewhere(state: ConversationState, info: Uint8Array, suite: Suite): Promise<boolean> {
  const theirs = (await readInfo(state, info, suite)).groupInfo.groupContext
  const ours = demandMember(state).state.groupContext
  if (theirs.epoch !== ours.epoch) return theirs.epoch > ours.epoch
  return !sameBytes(theirs.confirmedTranscriptHash, ours.confirmedTranscriptHash)
}

/** Founds a group for a conversation that has none, or none that works: its members join by commits of their own. */
export async function makeFounding(
  state: ConversationState,
  own: OwnPackage,
  suite: Suite,
): Promise<ConversationState> {
  const generation = state.generation + 1
  const founded = await foundGroup({ conversation: state.record.id, generation }, own, suite)
  return { ...state, boot: { generation, founded } }
}

/** Begins the group of a new conversation, with this device alone. */
export async function beginGroup(state: ConversationState, own: OwnPackage, suite: Suite): Promise<ConversationState> {
  const founded = await foundGroup({ conversation: state.record.id, generation: state.generation }, own, suite)
  const membership: Membership = {
    state: founded,
    since: state.record.cursor.messages,
    first: 0n,
    applied: [],
    ended: [],
    voucher: undefined,
    passed: false,
    began: state.record.time,
    renewed: state.record.time,
    said: 0,
  }
  return { ...state, membership }
}

/** The leaves of the group as this device knows it; none without keys. */
export function leavesNow(state: ConversationState): readonly MemberLeaf[] {
  const member = memberOf(state)
  return member === undefined ? [] : leavesOfState(state, member)
}

/**
 * Checks a key package before its leaf is added: form, slot, and that its time has not run out. The one place that looks at lifetimes.
 * @throws {MessagingError} `KEY_PACKAGE_INVALID`.
 */
export function checkPackage(state: ConversationState, { leafNode, cipherSuite }: KeyPackage, now: Millis): MemberLeaf {
  const installation = leafNode.signaturePublicKey
  const refused = (reason: string): MessagingError =>
    new MessagingError({ code: 'KEY_PACKAGE_INVALID', installation, reason })
  const { record, generation } = state
  const leaf = readLeaf(leafNode, -1, { conversation: record.id, generation }, record.chainId)
  if (typeof leaf === 'string') throw refused(leaf)
  if (!isLive(record, leaf)) throw refused(`slot ${leaf.claim.slot} is not live with its key`)
  if (memberOf(state)?.state.groupContext.cipherSuite !== cipherSuite) throw refused(`its suite is ${cipherSuite}`)
  const { notBefore, notAfter } = leafNode.lifetime
  const seconds = now / 1_000n
  if (seconds < notBefore || seconds > notAfter)
    throw refused(`it is good from ${notBefore} to ${notAfter} seconds only`)
  return leaf
}

function demandMember(state: ConversationState): Membership {
  const member = memberOf(state)
  if (member !== undefined) return member
  const { membership, slot } = state
  const reason = 'outside' in membership ? membership.outside : 'lost'
  throw new MessagingError({ code: 'NOT_A_MEMBER', slot, reason })
}

function leavesOfState(state: ConversationState, { state: group }: Membership): readonly MemberLeaf[] {
  const leaves = readLeaves(group.ratchetTree, group.groupContext, state.record.chainId)
  if (typeof leaves === 'string') throw new MessagingError({ code: 'COMMIT_INVALID', reason: leaves })
  return leaves
}

function publicOf(
  state: ConversationState,
  next: Membership['state'],
  former: MemberLeaf | undefined,
): PublicCommit | string {
  const leaves = readLeaves(next.ratchetTree, next.groupContext, state.record.chainId)
  if (typeof leaves === 'string') return leaves
  const leaf = leaves.find(({ index }) => index === next.privatePath.leafIndex)
  if (leaf === undefined) return 'its author has no leaf'
  if (leaves.length > messagingLimits.leaves) return `${leaves.length} leaves are more than ${messagingLimits.leaves}`
  return { author: 'joiner', leaf, added: [], removed: former === undefined ? [] : [former], leaves }
}

function fitCommit(
  { record, slot, generation }: ConversationState,
  commit: PublicCommit | string,
): Pick<PendingCommit, 'commit' | 'generation'> {
  if (typeof commit === 'string') throw new MessagingError({ code: 'COMMIT_INVALID', reason: commit })
  const fault = findRuleFault(commit, record, slot)
  if (fault !== undefined) throw new MessagingError({ code: 'COMMIT_INVALID', reason: fault })
  return { commit, generation }
}
