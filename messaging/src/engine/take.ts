import { type Millis, Role, sameBytes } from '@parley/protocol/light'
import { type Control, decodeControl } from '../codec/control.ts'
import { frameDigest } from '../codec/frame.ts'
import { messagingLimits } from '../limits.ts'
import { forgetEpochs } from '../mls/group.ts'
import type { LogEntry, LogMessage } from '../ports/log.ts'
import { readContent } from './content.ts'
import { Draft, type Taken, type Taking } from './draft.ts'
import { enter, evaluate, tooLate } from './evaluate.ts'
import { isInTime } from './judge.ts'
import { advance, type RecordState, slotAt } from './record.ts'
import { type ConversationState, expiredOf, isStrange, memberOf, type Waiting } from './state.ts'
import { hasAny, isVoid, smaller } from './voided.ts'

/**
 * Takes the next entry of the record.
 * @param frame - What was found for the entry's digest; undefined when nobody has it. One that does not fit counts as not found.
 */
export async function takeEntry(
  state: ConversationState,
  entry: LogEntry,
  frame: Uint8Array | undefined,
  taking: Taking,
): Promise<Taken> {
  const draft = new Draft(state, taking)
  const before = state.record
  draft.patch({ record: advance(before, entry) })
  if (entry.kind === 'change') {
    draft.report({ type: 'change', change: entry.change, time: entry.time })
    const [had, has] = [before, draft.state.record].map((record) => slotAt(record, state.slot).role !== Role.none)
    if (had && !has) draft.leave('removed', 'the own slot was removed')
  } else {
    const control = decodeControl(entry.content)
    if (control === undefined) await takeContent(draft, entry, before, frame)
    else await takeControl(draft, entry, before, control)
  }
  tidy(draft)
  return draft.taken()
}

/** Takes contents that were found for entries that wait. */
export async function takeFound(
  state: ConversationState,
  found: ReadonlyMap<bigint, Uint8Array>,
  taking: Taking,
): Promise<Taken> {
  const draft = new Draft(state, taking)
  const fill = (item: Waiting): Waiting => {
    const frame = fitting(found.get(item.position), item.digest)
    return item.frame !== undefined || frame === undefined ? item : { ...item, frame }
  }
  draft.patch({ waiting: state.waiting.map(fill) })
  await drain(draft)
  tidy(draft)
  return draft.taken()
}

/** Gives up the keys of the group, so as to join anew: others went on, and what they went by cannot be had. */
export function giveUp(state: ConversationState, why: string, taking: Taking): Taken {
  const draft = new Draft(state, taking)
  draft.leave('lost', why)
  return draft.taken()
}

/**
 * Takes entries whose content expired for messages, which can never be read (R3). If one was a commit, what others say next shows it.
 */
export async function passOver(state: ConversationState, now: Millis, taking: Taking): Promise<Taken> {
  const draft = new Draft(state, taking)
  const over = expiredOf(state, now)
  const member = memberOf(state)
  if (over.length === 0 || member === undefined) return draft.taken()
  for (const { position } of over) draft.report({ type: 'gapClosed', position, how: 'expired' })
  draft.report({ type: 'expired', count: over.length })
  draft.patch({
    waiting: state.waiting.filter((item) => !over.includes(item)),
    membership: { ...member, passed: true },
  })
  if (over.some((item) => isStrange(state, item))) draft.forgot()
  else await drain(draft)
  tidy(draft)
  return draft.taken()
}

/** Gives up the keys of a group that its own voucher's word alone stands for: another member has a later one. */
export function distrust(state: ConversationState, taking: Taking): Taken {
  const draft = new Draft(state, taking)
  draft.distrust()
  return draft.taken()
}

/**
 * The record is another from some place on. What followed from commits behind it is void.
 * @param record - As it is up to that place.
 */
export function rewind(state: ConversationState, record: RecordState, why: string, taking: Taking): Taken {
  const draft = new Draft(state, taking)
  const kept = record.cursor.messages
  const member = memberOf(state)
  const voided = state.voided.filter(({ at }) => at < kept)
  const boots = state.boots.filter((at) => at < kept)
  // What a skip or a boot took away is not kept, so whoever went by one that is no more knows too little.
  const isLess = voided.length < state.voided.length || boots.length < state.boots.length
  draft.patch({
    record,
    waiting: state.waiting.filter(({ position }) => position < kept),
    voided,
    boots,
    generation: boots.length,
    keptFrom: isLess ? kept : smaller(state.keptFrom, kept),
    commits: [],
  })
  if (member !== undefined && (isLess || member.since > kept || member.applied.some((position) => position >= kept)))
    draft.leave('lost', why)
  return draft.taken()
}

function fitting(frame: Uint8Array | undefined, digest: Uint8Array): Uint8Array | undefined {
  if (frame === undefined || frame.length > messagingLimits.frameBytes) return undefined
  return sameBytes(frameDigest(frame), digest) ? frame : undefined
}

async function takeContent(
  draft: Draft,
  { position, slot, content: digest, time }: LogMessage,
  before: RecordState,
  frame: Uint8Array | undefined,
): Promise<void> {
  const item: Waiting = { position, slot, digest, time, slots: before.slots, frame: fitting(frame, digest) }
  if (draft.state.waiting.length >= messagingLimits.deferred) makeRoom(draft)
  await judgeAll(draft, [item])
}

/** Too much waits: at a gap this device lost touch, outside it forgets the oldest. */
function makeRoom(draft: Draft): void {
  if (memberOf(draft.state) !== undefined) draft.leave('lost', `${messagingLimits.deferred} entries wait behind a gap`)
  const [oldest, ...waiting] = draft.state.waiting
  if (oldest !== undefined) draft.patch({ waiting, keptFrom: oldest.position + 1n })
}

/** Looks at everything that waits anew, in order. */
async function drain(draft: Draft): Promise<void> {
  const items = draft.state.waiting
  draft.patch({ waiting: [] })
  await judgeAll(draft, items)
}

/** Deals with entries in order, behind those that wait already. */
async function judgeAll(draft: Draft, items: readonly Waiting[]): Promise<void> {
  for (const item of items) {
    const wasOutside = memberOf(draft.state) === undefined
    const outcome = await evaluate(draft, item, draft.isBlocked)
    if (outcome === 'wait') draft.patch({ waiting: [...draft.state.waiting, item] })
    else if (outcome !== 'done') wait(draft, item, outcome.gap)
    else if (item.gap !== undefined) draft.report({ type: 'gapClosed', position: item.position, how: 'found' })
    if (wasOutside && memberOf(draft.state) !== undefined) await catchUp(draft)
  }
}

function wait(draft: Draft, item: Waiting, gap: NonNullable<Waiting['gap']>): void {
  const { position, slot, digest } = item
  if (item.gap !== gap) draft.report({ type: 'gap', position, slot, reason: gap, digest })
  draft.patch({ waiting: [...draft.state.waiting, { ...item, gap }] })
}

/** This device just got keys: what came before them is lost to it, what came after waits for them. */
async function catchUp(draft: Draft): Promise<void> {
  const since = memberOf(draft.state)?.since ?? 0n
  const before = draft.state.waiting.filter(({ position }) => position < since)
  draft.patch({ waiting: draft.state.waiting.filter(({ position }) => position >= since) })
  const isOwn = ({ digest }: Waiting): boolean => draft.state.messages.some((each) => sameBytes(each.digest, digest))
  for (const item of before.filter(isOwn)) tooLate(draft, item)
  const count = before.filter((item) => !isOwn(item) && mayBeMessage(draft, item)).length
  if (count > 0) draft.report({ type: 'expired', count })
  await drain(draft)
}

function mayBeMessage(draft: Draft, { frame }: Waiting): boolean {
  return frame === undefined || readContent(frame, draft.state.record.id).kind === 'application'
}

async function takeControl(draft: Draft, entry: LogMessage, before: RecordState, control: Control): Promise<void> {
  const isAdmin = slotAt(before, entry.slot).role === Role.admin
  draft.report({ type: 'control', position: entry.position, slot: entry.slot, control })
  if (control.kind === 'skip' && isAdmin && control.generation === draft.state.generation)
    await skip(
      draft,
      entry.position,
      control.position,
      smaller(control.position + BigInt(control.count), entry.position),
    )
  if (control.kind === 'boot' && isAdmin && control.generation === draft.state.generation + 1)
    boot(draft, entry, control)
}

/** Makes entries void for everyone (R4). Who went by one of them joins anew. */
async function skip(draft: Draft, at: bigint, from: bigint, to: bigint): Promise<void> {
  const before = draft.state
  const isSkipped = (position: bigint): boolean => position >= from && position < to
  const isNew = (position: bigint): boolean => isSkipped(position) && !isVoid(before.voided, position)
  const member = memberOf(before)
  const wentBy = member?.applied.some(isNew) ?? false
  // What came before this device had keys it cannot judge: its group may go by it.
  const mayHave = member !== undefined && hasAny(from, smaller(to, member.since), isNew)
  const skipped = draft.state.waiting.filter(({ position }) => isSkipped(position))
  draft.patch({
    voided: [...before.voided, { at, from, to }],
    waiting: draft.state.waiting.filter(({ position }) => !isSkipped(position)),
  })
  for (const item of skipped) {
    if (item.gap !== undefined) draft.report({ type: 'gapClosed', position: item.position, how: 'skipped' })
    if (draft.state.messages.some(({ digest }) => sameBytes(digest, item.digest))) tooLate(draft, item)
  }
  if (skipped.some((item) => isStrange(before, item))) draft.forgot()
  else if (wentBy || mayHave)
    draft.leave('lost', `an admin skipped entries ${from} to ${to - 1n}, and the group went by them`)
  else if (skipped.length > 0) await drain(draft)
}

/** Founds the group anew (R5). Everybody but the founder joins by a commit of its own. */
function boot(draft: Draft, { position }: LogMessage, { generation }: { readonly generation: number }): void {
  const own = draft.state.boot
  const isOwn = own?.generation === generation
  draft.patch({
    generation,
    boots: [...draft.state.boots, position],
    waiting: [],
    keptFrom: position + 1n,
    boot: undefined,
  })
  draft.leave('lost', `generation ${generation} was founded`)
  if (!isOwn) return
  enter(draft, position, own.founded, position, 'founding')
}

/** Settles what was open while entries waited, and forgets keys of epochs whose late messages no longer count, unless some that wait may still need them. */
function tidy(draft: Draft): void {
  const member = memberOf(draft.state)
  if (member === undefined || draft.state.waiting.length > 0) return
  const now = member.state.groupContext.epoch
  draft.confirm(({ epoch, at }) => epoch === now || isInTime(member, epoch, at.time))
  const { time } = draft.state.record
  const state = forgetEpochs(member.state, (epoch) => !isInTime(member, epoch, time))
  if (state !== member.state) draft.patch({ membership: { ...member, state } })
}
