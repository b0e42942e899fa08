import { Role, sameBytes } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { CommitMessage, PublicCommit } from '../mls/commit.ts'
import { openExternal } from '../mls/external-seal.ts'
import { forgetEpochs, type GroupState, ownLeaf } from '../mls/group.ts'
import { groupName } from '../mls/group-id.ts'
import { readLeaves } from '../mls/tree.ts'
import { type Content, readContent } from './content.ts'
import type { Draft } from './draft.ts'
import { isInTime, judgeCommit, judgeMessage } from './judge.ts'
import { slotAt } from './record.ts'
import { findRuleFault, isLive } from './rules.ts'
import { type GapReason, isStrange, type Membership, memberOf, type Waiting } from './state.ts'
import { isOutdated } from './voided.ts'

/** What became of an entry: dealt with for good, to be looked at again, or in the way of all commits. */
export type Outcome = 'done' | 'wait' | { readonly gap: GapReason }

type Handshake = Extract<Content, { kind: 'commit' | 'external' }>
type Application = Extract<Content, { kind: 'application' }>
type Welcome = Extract<Content, { kind: 'welcome' }>

/**
 * Deals with one entry.
 * @param blocked - An older entry is a gap: commits wait, conversation goes on.
 */
export async function evaluate(draft: Draft, item: Waiting, blocked: boolean): Promise<Outcome> {
  if (item.frame === undefined && draft.taking.isKnown(item.digest)) {
    draft.report({ type: 'repeated', position: item.position, slot: item.slot, digest: item.digest })
    return 'done'
  }
  if (item.frame === undefined) return evaluateMissing(draft, item)
  const content = readContent(item.frame, draft.state.record.id)
  switch (content.kind) {
    case 'junk':
      draft.refuse(item, content.reason)
      return 'done'
    case 'sealed':
      draft.report({ type: 'sealed', position: item.position, slot: item.slot, body: content.body })
      return 'done'
    case 'welcome':
      return evaluateWelcome(draft, item, content)
    case 'application':
      return evaluateMessage(draft, item, content, blocked)
    default:
      return evaluateHandshake(draft, item, content, blocked)
  }
}

function evaluateMissing(draft: Draft, item: Waiting): Outcome {
  const member = memberOf(draft.state)
  if (member === undefined) return 'wait'
  if (!isStrange(draft.state, item)) return { gap: 'missing' }
  // Stores let go of what all others have read. Only this device can have written it, if it is its slot's only one.
  const leaves = readLeaves(member.state.ratchetTree, member.state.groupContext, draft.state.record.chainId)
  const isAlone = typeof leaves !== 'string' && leaves.filter(({ claim }) => claim.slot === item.slot).length === 1
  if (!isAlone) return { gap: 'missing' }
  draft.forgot()
  return 'wait'
}

async function evaluateMessage(draft: Draft, item: Waiting, content: Application, blocked: boolean): Promise<Outcome> {
  const member = memberOf(draft.state)
  if (member === undefined) return 'wait'
  const own = draft.state.messages.find(({ digest }) => sameBytes(digest, item.digest))
  if (content.generation !== draft.state.generation || own?.orphaned) return tooLate(draft, item)
  const now = member.state.groupContext.epoch
  if (content.epoch > now) return ahead(draft, item, blocked)
  if (content.epoch < member.first) {
    draft.report({ type: 'expired', count: 1 })
    return 'done'
  }
  if (content.epoch < now && !isInTime(member, content.epoch, item.time)) return tooLate(draft, item)
  const { position, slot, time } = item
  const { role } = slotAt(draft.recordAt(item), slot)
  if (own !== undefined) {
    const leaf = ownLeaf(member.state)
    const rest = draft.state.messages.filter((each) => each !== own)
    draft.patch({ messages: blocked ? [...rest, { ...own, at: { position, time } }] : rest })
    if (!blocked) draft.counted(position, own.plaintext)
    draft.saidAt(time)
    draft.report({
      type: 'message',
      position,
      slot,
      role,
      identity: leaf.identity,
      installation: leaf.installation,
      epoch: content.epoch,
      time,
      plaintext: own.plaintext,
      digest: item.digest,
      own: true,
    })
    return 'done'
  }
  const verdict = await judgeMessage(member, content.message, draft.recordAt(item), slot, draft.taking)
  if (verdict.kind === 'refused') {
    if (verdict.isUnreadable && !blocked && content.epoch === now && draft.doubt(slot)) return 'wait'
    draft.refuse(item, verdict.reason)
    return 'done'
  }
  const { leaf, plaintext, state } = verdict
  const isForgotten = sameBytes(leaf.installation, ownLeaf(member.state).installation)
  draft.patch({ membership: { ...member, state } })
  draft.vouch(slot)
  draft.report({
    type: 'message',
    position,
    slot,
    role,
    identity: leaf.identity,
    installation: leaf.installation,
    epoch: content.epoch,
    time,
    plaintext,
    digest: item.digest,
    own: isForgotten,
  })
  if (isForgotten) draft.forgot()
  return 'done'
}

/** A message that does not count, for its epoch's time is over. Its author says it again. */
export function tooLate(draft: Draft, item: Waiting): 'done' {
  const { position, slot } = item
  const own = draft.state.messages.find(({ digest }) => sameBytes(digest, item.digest))
  if (own !== undefined) draft.patch({ messages: draft.state.messages.filter((each) => each !== own) })
  draft.report({ type: 'late', position, slot, plaintext: own?.plaintext })
  return 'done'
}

/** An entry of an epoch that this device has not reached: at a gap it shows that others went on, else it is made up. */
function ahead(draft: Draft, item: Waiting, blocked: boolean): Outcome {
  if (!blocked) {
    if (memberOf(draft.state)?.passed) {
      draft.leave('lost', 'what expired may have been a commit, and others went on')
      return 'wait'
    }
    if (draft.doubt(item.slot)) return 'wait'
    draft.refuse(item, 'its epoch has not begun')
    return 'done'
  }
  if (item.slot !== draft.state.slot) draft.patch({ movedOn: true })
  return 'wait'
}

async function evaluateHandshake(draft: Draft, item: Waiting, content: Handshake, blocked: boolean): Promise<Outcome> {
  const member = memberOf(draft.state)
  const pending = draft.state.commits.find(({ digest }) => sameBytes(digest, item.digest))
  if (member === undefined) return pending?.asOf === undefined ? 'wait' : returned(draft, item, pending, pending.asOf)
  const now = member.state.groupContext.epoch
  if (content.generation !== draft.state.generation || content.epoch < now) {
    draft.patch({ commits: draft.state.commits.filter((each) => each !== pending) })
    return astray(draft, item, content)
  }
  if (content.epoch > now) {
    if (!blocked) astray(draft, item, content)
    return ahead(draft, item, blocked)
  }
  if (blocked) return 'wait'
  const record = draft.recordAt(item)
  if (pending !== undefined) {
    const fault = findRuleFault(pending.commit, record, item.slot)
    if (fault === undefined) adopt(draft, item, member, pending.commit, pending.next, pending.welcome)
    else {
      draft.patch({ commits: draft.state.commits.filter((each) => each !== pending) })
      draft.refuse(item, fault)
    }
    return 'done'
  }
  const commit = await opened(member.state, content, draft)
  if (typeof commit === 'string') {
    draft.refuse(item, commit)
    return astray(draft, item, content)
  }
  const verdict = await judgeCommit(member, commit, record, item.slot, draft.taking)
  if (verdict.kind === 'own') {
    draft.forgot()
    return 'wait'
  }
  if (verdict.kind === 'gap') return { gap: verdict.reason }
  if (verdict.kind === 'refused') {
    draft.refuse(item, verdict.reason)
    return astray(draft, item, content)
  }
  adopt(draft, item, member, verdict.commit, verdict.state, undefined)
  draft.vouch(item.slot)
  return 'done'
}

/** Whoever tried to join by a commit that does not count may not know it: it is answered as if it had asked. */
function astray(draft: Draft, { position, slot }: Waiting, { kind }: Handshake): 'done' {
  if (kind === 'external' && slot !== draft.state.slot) draft.report({ type: 'astray', position, slot })
  return 'done'
}

async function opened(state: GroupState, content: Handshake, draft: Draft): Promise<CommitMessage | string> {
  if (content.kind === 'commit') return { kind: 'private', message: content.message }
  try {
    return { kind: 'public', message: await openExternal(state, content.body, draft.taking.suite) }
  } catch (error) {
    // The key is the same for all members of the epoch: it opens for none of them.
    return error instanceof Error ? error.message : String(error)
  }
}

/** A valid commit takes the group to its next epoch. */
function adopt(
  draft: Draft,
  item: Waiting,
  member: Membership,
  commit: PublicCommit,
  next: GroupState,
  welcome: Uint8Array | undefined,
): void {
  const { epoch } = member.state.groupContext
  if (next.groupActiveState.kind === 'removedFromGroup') {
    draft.leave('lost', 'the own leaf was removed')
    return
  }
  const isOwn = commit.author === 'member' && commit.leaf.index === member.state.privatePath.leafIndex
  const oldest = epoch + 1n - BigInt(messagingLimits.lateEpochs)
  const ended = [...member.ended, [epoch, item.time] as const].filter(([each]) => each >= oldest)
  draft.patch({
    membership: {
      state: forgetEpochs(next, (each) => each < oldest),
      since: member.since,
      first: member.first,
      applied: [...member.applied, item.position],
      ended,
      // What was passed over may have been the commit that counts: then this one's author is alone in its group.
      voucher: member.passed && !isOwn ? { slot: item.slot, unread: [] } : member.voucher,
      passed: false,
      began: item.time,
      renewed: isOwn ? item.time : member.renewed,
      said: isOwn ? 0 : member.said,
    },
    commits: draft.state.commits.filter((each) => each.epoch > epoch),
    movedOn: false,
  })
  draft.report({
    type: 'epoch',
    position: item.position,
    epoch: epoch + 1n,
    author: commit.leaf,
    joiner: commit.author === 'joiner',
    added: commit.added,
    removed: commit.removed,
    authenticator: next.keySchedule.epochAuthenticator,
    welcome,
  })
}

/**
 * The own external commit has its place. Whether another one was first cannot be said for certain from outside, so one that might
 * have been is taken for one. Members may take what this device does not go by, so it waits, as others' commits do.
 */
function returned(draft: Draft, item: Waiting, pending: (typeof draft.state.commits)[number], asOf: bigint): Outcome {
  draft.patch({ commits: draft.state.commits.filter((each) => each !== pending) })
  const rival = draft.state.waiting.find(
    (each) => each.position >= asOf && each.position < item.position && mayEnd(draft, each, pending),
  )
  const fault =
    pending.generation !== draft.state.generation || asOf < draft.state.keptFrom
      ? 'too much happened meanwhile'
      : rival !== undefined
        ? `entry ${rival.position} may have ended its epoch`
        : isOutdated(draft.state.voided, asOf)
          ? 'a skip made void what its group may have gone by'
          : findRuleFault(pending.commit, draft.recordAt(item), item.slot)
  if (fault !== undefined) {
    draft.refuse(item, fault)
    return 'wait'
  }
  enter(draft, item.position, pending.next, item.position, 'commit', pending.answerer)
  return 'done'
}

function mayEnd(
  draft: Draft,
  { frame }: Waiting,
  { generation, epoch }: { generation: number; epoch: bigint },
): boolean {
  if (frame === undefined) return true
  const content = readContent(frame, draft.state.record.id)
  return (
    (content.kind === 'commit' || content.kind === 'external') &&
    content.generation === generation &&
    content.epoch === epoch
  )
}

async function evaluateWelcome(draft: Draft, item: Waiting, content: Welcome): Promise<Outcome> {
  if (memberOf(draft.state) !== undefined) return 'done'
  const { commit } = content
  const record = draft.recordAt(item)
  const mayAdd = slotAt(record, item.slot).role === Role.admin || item.slot === draft.state.slot
  if (!mayAdd || commit >= item.position || isOutdated(draft.state.voided, commit + 1n)) {
    draft.refuse(item, 'its author may not add leaves, or a skip made void what its commit followed from')
    return 'done'
  }
  const state = await draft.taking.join(content)
  if (state === undefined) return 'done'
  const fault = findWelcomeFault(draft, state)
  if (fault !== undefined) {
    draft.refuse(item, fault)
    return 'done'
  }
  if (commit + 1n < draft.state.keptFrom) {
    draft.leave('lost', 'too much happened since the welcome’s commit')
    return 'done'
  }
  enter(draft, item.position, state, commit, 'welcome', item.slot)
  return 'done'
}

function findWelcomeFault(draft: Draft, state: GroupState): string | undefined {
  const { record, generation, slot } = draft.state
  const name = groupName(state.groupContext.groupId)
  if (name === undefined || !sameBytes(name.conversation, record.id)) return 'it is for another conversation'
  if (name.generation !== generation) return `it is of generation ${name.generation}, not ${generation}`
  const leaves = readLeaves(state.ratchetTree, state.groupContext, record.chainId)
  if (typeof leaves === 'string') return leaves
  const own = leaves.find(({ index }) => index === state.privatePath.leafIndex)
  if (own?.claim.slot !== slot) return 'the own leaf is of another slot'
  return isLive(record, own) ? undefined : 'the own slot is not live with the leaf’s key'
}

/**
 * From now on this device has keys.
 * @param commit - Position of the commit that they come from: what was before it this device can never read.
 * @param voucher - The slot on whose word this is the members' group.
 */
export function enter(
  draft: Draft,
  position: bigint,
  state: GroupState,
  commit: bigint,
  by: 'welcome' | 'commit' | 'founding',
  voucher?: number,
): void {
  const { epoch } = state.groupContext
  const applied = by === 'founding' ? [] : [commit]
  const { time } = draft.state.record
  const fresh = { passed: false, began: time, renewed: time, said: 0 }
  const membership = { state, since: commit + 1n, first: epoch, applied, ended: [], ...fresh }
  draft.patch({
    membership: { ...membership, voucher: voucher === undefined ? undefined : { slot: voucher, unread: [] } },
    movedOn: false,
  })
  draft.report({ type: 'joined', position, epoch, authenticator: state.keySchedule.epochAuthenticator, by })
}
