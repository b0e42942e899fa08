import { type Bytes32, type Millis, Role, sameBytes } from '@parley/protocol/light'
import { decodeControl } from '../codec/control.ts'
import { frameDigest } from '../codec/frame.ts'
import { decodeInvitation, type Invitation } from '../codec/invitation.ts'
import { welcomeFrame } from '../engine/content.ts'
import type { Taken } from '../engine/draft.ts'
import type { EngineEvent } from '../engine/events.ts'
import { isElsewhere, makeExternalCommit } from '../engine/make.ts'
import { advance, beginRecord, isNext, type RecordState } from '../engine/record.ts'
import { gapsOf, memberOf } from '../engine/state.ts'
import { distrust, giveUp, passOver, rewind, takeEntry, takeFound } from '../engine/take.ts'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import { groupInfo } from '../mls/group.ts'
import { loadSuite } from '../mls/suite.ts'
import type { Cursor, LogEntry, LogEvent } from '../ports/log.ts'
import type { Change } from '../ports/store.ts'
import { openSealed } from '../sealing/sealed.ts'
import { readChanges, unackedAfter, wasRead } from './acks.ts'
import { headChange, splitsIn } from './heads.ts'
import { onlyFresh } from './heard.ts'
import type { Held } from './held.ts'
import { newPackage } from './packages.ts'
import { settingsAfter } from './set.ts'
import { eventKey, type Intent, type StoredConversation } from './stored.ts'
import { encodeValue } from './stored-value.ts'
import { takingOf } from './taking.ts'
import { endSaying } from './unsaid.ts'

/**
 * Takes what the log reports next, in one write, and says what it led to.
 * @throws {MessagingError} `LOG_GAP`; and what the store and the stores of contents reject with.
 */
export async function takeEvent(held: Held, event: LogEvent, signal: AbortSignal): Promise<readonly EngineEvent[]> {
  if (event.kind === 'end') return []
  if (event.kind === 'void') return goBack(held, event.from, event.reason, signal)
  const { record } = held.stored.state
  if (!isNext(record, event)) {
    if (isTaken(record.cursor, event)) return []
    throw new MessagingError({ code: 'LOG_GAP', ...record.cursor })
  }
  const frame = await frameOf(held, event, signal)
  const isKnown = frame === undefined && event.kind === 'message' && (await wasRead(held, event.content))
  const before = held.stored.state
  const events = await settle(
    held,
    await takeEntry(
      before,
      event,
      frame,
      takingOf(held, signal, () => isKnown),
    ),
    event,
    signal,
  )
  return [...events, ...(await corrected(held, events, signal))]
}

/** Asks again for contents that are missing. @returns what those that were found led to. */
export async function fetchMissing(held: Held, signal: AbortSignal): Promise<readonly EngineEvent[]> {
  const found = new Map<bigint, Uint8Array>()
  const missing = held.stored.state.waiting.filter(({ frame }) => frame === undefined)
  for (const { position, digest } of missing) {
    const frame = await held.deps.contents.get(digest, signal)
    if (frame !== undefined) found.set(position, frame)
  }
  if (found.size === 0) return []
  return settle(held, await takeFound(held.stored.state, found, takingOf(held, signal)), undefined, signal)
}

/** Passes over what expired. */
export async function passOverExpired(held: Held, signal: AbortSignal): Promise<readonly EngineEvent[]> {
  const { deps, stored } = held
  const taken = await passOver(stored.state, deps.clock.now(), takingOf(held, signal))
  return taken.events.length === 0 ? [] : settle(held, taken, undefined, signal)
}

/** Gives up the keys of the group: others went on by what this device cannot have. */
export async function abandon(held: Held, why: string, signal: AbortSignal): Promise<readonly EngineEvent[]> {
  return settle(held, giveUp(held.stored.state, why, takingOf(held, signal)), undefined, signal)
}

function isTaken({ messages, changes }: Cursor, entry: LogEntry): boolean {
  return entry.kind === 'message' ? entry.position < messages : entry.change.epoch < changes
}

async function frameOf(held: Held, entry: LogEntry, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (entry.kind !== 'message' || decodeControl(entry.content) !== undefined) return undefined
  const own = held.stored.intents.find(({ content }) => sameBytes(content, entry.content))
  return own?.frame ?? (await held.deps.contents.get(entry.content, signal))
}

/** Goes back to a place of the record: reads it anew up to there. */
async function goBack(held: Held, to: Cursor, why: string, signal: AbortSignal): Promise<readonly EngineEvent[]> {
  const { log } = held.deps
  const { place } = held.stored.own
  let record: RecordState = beginRecord(log.chainId, await log.genesis(place, signal))
  const isThere = ({ cursor }: RecordState): boolean => cursor.messages === to.messages && cursor.changes === to.changes
  if (!isThere(record))
    for await (const event of log.follow(place, record, signal)) {
      if (event.kind !== 'message' && event.kind !== 'change')
        throw new MessagingError({ code: 'LOG_GAP', ...record.cursor })
      record = advance(record, event)
      if (isThere(record)) break
    }
  return settle(held, rewind(held.stored.state, record, why, takingOf(held, signal)), undefined, signal)
}

/** Writes a new state with all that follows from it, at once. */
async function settle(
  held: Held,
  { state: taken, events: all }: Taken,
  entry: LogEntry | undefined,
  signal: AbortSignal,
): Promise<readonly EngineEvent[]> {
  const { stored } = held
  const fresh = await onlyFresh(held, all)
  const end = endSaying(stored, taken, fresh.events)
  const { state } = end ?? { state: taken }
  const splits = await splitsIn(held, state.record, fresh.events)
  const events = [...fresh.events, ...splits, ...(end?.unsaid ?? [])]
  const read = [...fresh.changes, ...readChanges(stored.own.place, events)]
  const changes = entry === undefined ? read : [...read, headChange(stored.own.place, state.record)]
  const isPosted = (content: Bytes32): boolean =>
    entry?.kind === 'message' && entry.slot === stored.own.slot && sameBytes(entry.content, content)
  const next: StoredConversation = {
    ...stored,
    state,
    events: stored.events + events.length,
    intents: [
      ...stored.intents.filter(({ content }) => !isPosted(content)),
      ...events.flatMap((event) => (event.type === 'epoch' ? welcomeIntents(event) : [])),
    ],
    unsent: [
      ...stored.unsent,
      ...events.flatMap((event) => (event.type === 'late' && event.plaintext !== undefined ? [event.plaintext] : [])),
    ],
    asking: askingAfter(stored, events),
    asked: askedAfter(stored, events),
    wants: wantsAfter(stored, events),
    identities: identitiesAfter({ ...stored, state }, events),
    settings: settingsAfter(stored.settings, events),
    unacked: unackedAfter(stored.unacked, events),
    ...keysAfter(stored, events),
    ...(end && { intents: end.intents, unsent: end.unsent }),
  }
  await held.keep(next, [...changes, ...events.map((event, i) => eventChange(held, stored.events + i, event))])
  const invitation = await invitationIn(held, events)
  if (invitation !== undefined) await comeBack(held, invitation, signal)
  return events
}

/** Events are stored with what they follow from, so that whoever reads them misses none and hears none twice. */
function eventChange(held: Held, number: number, event: EngineEvent): Change {
  const kept = event.type === 'epoch' ? { ...event, welcome: undefined } : event
  return { key: eventKey(held.stored.own.place, number), value: encodeValue(kept) }
}

/** A Welcome goes out once its commit has its place, and never before (R10). */
function welcomeIntents({ position, welcome }: Extract<EngineEvent, { type: 'epoch' }>): Intent[] {
  if (welcome === undefined) return []
  const frame = welcomeFrame(position, welcome)
  return [{ kind: 'welcome', content: frameDigest(frame), frame, class: 'handshake', acks: [], nonce: undefined }]
}

/** Who asks to join is answered once, by anybody: the first answer ends it. */
function askingAfter(
  { asking, own, state }: StoredConversation,
  events: readonly EngineEvent[],
): StoredConversation['asking'] {
  let next = asking
  for (const event of events) {
    const isJoin = event.type === 'control' && event.control.kind === 'join'
    if ((isJoin && (event.slot !== own.slot || memberOf(state) !== undefined)) || event.type === 'astray')
      next = [...next.filter(({ slot }) => slot !== event.slot), { slot: event.slot, position: event.position }]
    if (event.type === 'epoch') next = next.filter(({ slot }) => slot !== event.author.claim.slot)
    if (event.type === 'change')
      next = next.filter(({ slot }) => !event.change.remove.some((each) => each.slot === slot))
  }
  return next
}

/** Whose leaf was removed while its slot stays: it asks to join anew, and must be known then. */
function identitiesAfter(
  { identities, state }: StoredConversation,
  events: readonly EngineEvent[],
): StoredConversation['identities'] {
  let next = identities
  for (const event of events)
    for (const { claim, identity } of event.type === 'epoch' ? event.removed : [])
      if ((state.record.slots[claim.slot]?.role ?? Role.none) !== Role.none)
        next = [...next.filter(({ slot }) => slot !== claim.slot), { slot: claim.slot, identity }]
  return next
}

/** The own slot's key, once the record has another one: the one that was to take its place, or one that this device does not have. */
function keysAfter(
  { own, nextKey, shutOut, state }: StoredConversation,
  events: readonly EngineEvent[],
): Pick<StoredConversation, 'own' | 'nextKey' | 'shutOut'> {
  const exchanged = events.flatMap((event) =>
    event.type === 'change' && event.change.signer === own.slot ? event.change.exchange : [],
  )
  if (nextKey !== undefined && exchanged.some(({ key }) => sameBytes(key, nextKey.key)))
    return { own: { ...own, slotKey: nextKey }, nextKey: undefined, shutOut: false }
  // Only who had the slot can lose it: the record from before this device's own key is none of its affair.
  const had = sameBytes(state.record.slots[own.slot]?.key ?? own.slotKey.key, own.slotKey.key)
  const isTaken = had && exchanged.some(({ key }) => !sameBytes(key, own.slotKey.key))
  return { own, nextKey, shutOut: shutOut || isTaken }
}

/** Gaps of others, while this device has no keys; keys, or a reason to have none, make the list new. */
function wantsAfter({ wants, own }: StoredConversation, events: readonly EngineEvent[]): readonly bigint[] {
  let next = wants
  for (const event of events) {
    if (event.type === 'joined' || event.type === 'outside') next = []
    if (event.type === 'control' && event.control.kind === 'want' && event.slot !== own.slot)
      next = [...next.slice(1 - messagingLimits.wants), event.control.position]
  }
  return next
}

/** A request ends with success, with a new reason for one, and with the refusal of the commit that it led to. */
function askedAfter({ asked, own }: StoredConversation, events: readonly EngineEvent[]): Millis | undefined {
  const ends = (event: EngineEvent): boolean =>
    event.type === 'joined' || event.type === 'outside' || (event.type === 'refused' && event.slot === own.slot)
  return events.some(ends) ? undefined : asked
}

/** A GroupInfo that was sealed to this device. */
interface Answer extends Invitation {
  /** Undefined for the own one. */
  readonly answerer: number | undefined
}

/** The first GroupInfo among sealed entries that is for this device, if it has no keys and is not on its way to some. */
async function invitationIn(held: Held, events: readonly EngineEvent[]): Promise<Answer | undefined> {
  const { state } = held.stored
  if (memberOf(state) !== undefined || state.commits.length > 0) return undefined
  const isAlone = state.record.slots.every(
    ({ role }, slot) => role === Role.none || slot === state.slot || state.distrusted.includes(slot),
  )
  return answerIn(held, events, (slot) => isAlone || !state.distrusted.includes(slot))
}

/**
 * Gives up a group that one slot alone vouches for once another slot sends a GroupInfo of a later epoch, or of another group in the
 * same epoch: an old one was passed off as today's. It asks anew.
 */
async function corrected(
  held: Held,
  events: readonly EngineEvent[],
  signal: AbortSignal,
): Promise<readonly EngineEvent[]> {
  const { state } = held.stored
  const member = memberOf(state)
  if (member?.voucher === undefined || gapsOf(state).length > 0) return []
  const { voucher } = member
  const answer = await answerIn(held, events, (slot) => slot !== voucher.slot)
  if (answer === undefined) return []
  const taking = takingOf(held, signal)
  try {
    if (!(await taking.budget(isElsewhere(state, answer.info, held.suite)))) return []
  } catch (error) {
    // One that is no good says nothing.
    if (signal.aborted) throw error
    return []
  }
  return settle(held, distrust(state, taking), undefined, signal)
}

/** Joins anew by the GroupInfo of the own state: with a new key of the slot the own leaf counts for nobody. */
export async function renew(held: Held, signal: AbortSignal): Promise<void> {
  const member = memberOf(held.stored.state)
  if (member === undefined) return
  const info = await groupInfo(member.state, held.suite)
  const asOf = held.stored.state.record.cursor.messages
  await abandon(held, 'the slot has a new key', signal)
  await comeBack(held, { info, asOf, answerer: undefined }, signal)
}

async function answerIn(
  held: Held,
  events: readonly EngineEvent[],
  isHeard: (slot: number) => boolean,
): Promise<Answer | undefined> {
  const { state } = held.stored
  for (const event of events) {
    if (event.type !== 'sealed' || !isHeard(event.slot)) continue
    const { fallback } = held.deps.installation
    const suite = await loadSuite('x25519')
    try {
      const plaintext = await openSealed(event.body, [fallback.secret], {
        name: 'x25519',
        suite,
        context: state.record.id,
      })
      if (plaintext !== undefined) return { ...decodeInvitation(plaintext), answerer: event.slot }
    } catch (error) {
      // Junk from another member; whoever is honest sends another.
      if (!(error instanceof MessagingError)) throw error
    }
  }
  return undefined
}

/** Joins by a commit of its own. One that cannot be used leaves the request open. */
async function comeBack(held: Held, invitation: Answer, signal: AbortSignal): Promise<void> {
  const { state } = held.stored
  const own = await newPackage(held)
  try {
    const work = makeExternalCommit(state, invitation, own, held.suite)
    const made = await takingOf(held, signal).budget(work)
    const intent: Intent = {
      kind: 'external',
      content: made.digest,
      frame: made.frame,
      class: 'handshake',
      acks: [],
      nonce: undefined,
    }
    await held.keep({ state: made.state, intents: [...held.stored.intents, intent] })
  } catch (error) {
    if (signal.aborted) throw error
    await held.keep({ asked: undefined })
  }
}
