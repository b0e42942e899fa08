import { type Bytes20, type MemberKey, type Millis, memberKey, millis, Role, sameBytes } from '@parley/protocol/light'
import type { KeyPackage } from 'ts-mls'
import { type Control, encodeControl } from '../codec/control.ts'
import { encodeFrame, FrameKind, frameDigest } from '../codec/frame.ts'
import { encodeInvitation } from '../codec/invitation.ts'
import { agedKeys } from '../engine/aged.ts'
import type { EngineEvent } from '../engine/events.ts'
import {
  beginGroup,
  checkPackage,
  leavesNow,
  type Made,
  makeFounding,
  makeGroupCommit,
  makeMessage,
} from '../engine/make.ts'
import { beginRecord } from '../engine/record.ts'
import { staleLeaves } from '../engine/rules.ts'
import { beginConversation, type ConversationState, expiredOf, gapsOf, memberOf, strangeGaps } from '../engine/state.ts'
import { isInForce } from '../keys/in-force.ts'
import { messagingLimits } from '../limits.ts'
import { groupInfo } from '../mls/group.ts'
import type { MemberLeaf } from '../mls/leaf.ts'
import { loadSuite } from '../mls/suite.ts'
import type { Setting } from '../payloads/settings.ts'
import type { LogEvent, Place } from '../ports/log.ts'
import { seal } from '../sealing/sealed.ts'
import { acknowledge, forget } from './acks.ts'
import { comeBack } from './come-back.ts'
import { abandon, fetchMissing, passOverExpired, renew, takeEvent } from './follow.ts'
import { type ConversationDeps, Held, heldAnew, readStored } from './held.ts'
import { givePackage, newPackage } from './packages.ts'
import { post } from './post.ts'
import { eventKey, type Intent, type OwnSlot, type Unacked } from './stored.ts'
import { recordsOf } from './stored-records.ts'
import { decodeValue } from './stored-value.ts'
import { hasUnsaid, isRemoved, withoutUnsaid } from './unsaid.ts'

/**
 * One conversation of one device. Nothing happens by itself: whoever runs it feeds it what the log reports, and lets it do what is
 * due. Methods are not to be called while another one runs.
 */
export class Conversation {
  private readonly held: Held

  private constructor(held: Held) {
    this.held = held
  }

  /**
   * Begins with a slot of a conversation.
   * @param found - Founds its group, with this device alone; otherwise somebody adds this device, or it asks to join.
   */
  static async begin(deps: ConversationDeps, own: OwnSlot, found: boolean, signal: AbortSignal): Promise<Conversation> {
    const record = beginRecord(deps.log.chainId, await deps.log.genesis(own.place, signal))
    const state = beginConversation(record, own.slot)
    const empty = {
      packages: [],
      intents: [],
      events: 0,
      unsent: [],
      asking: [],
      asked: undefined,
      wants: [],
      wanted: undefined,
      nextKey: undefined,
      shutOut: false,
      identities: [],
      settings: [],
      unacked: [],
    }
    const held = await heldAnew(deps, await loadSuite(own.suite), { ...empty, own, state })
    await held.keep(found ? { state: await beginGroup(state, await newPackage(held), held.suite) } : {})
    return new Conversation(held)
  }

  /** Goes on with what the store has; undefined when it has nothing. @throws {MessagingError} `FRAME_INVALID`. */
  static async open(deps: ConversationDeps, place: Place): Promise<Conversation | undefined> {
    const stored = await readStored(deps.store, place)
    if (stored === undefined) return undefined
    return new Conversation(new Held(deps, await loadSuite(stored.own.suite), stored, recordsOf(stored)))
  }

  get state(): ConversationState {
    return this.held.stored.state
  }

  get own(): OwnSlot {
    return this.held.stored.own
  }

  /** Members' devices as this device knows them; none without keys. */
  get leaves(): readonly MemberLeaf[] {
    return leavesNow(this.state)
  }

  /** Leaves that a commit must remove before anybody may speak. */
  get stale(): readonly MemberLeaf[] {
    return staleLeaves(this.state.record, this.leaves)
  }

  /** Leaves whose devices the directory does not have now (R12). @throws what the directory rejects with. */
  async revoked(signal: AbortSignal): Promise<readonly MemberLeaf[]> {
    const gone: MemberLeaf[] = []
    for (const leaf of this.leaves)
      if (!(await isInForce(this.held.deps, leaf.identity, leaf.installation, signal))) gone.push(leaf)
    return gone
  }

  /** Whether a leaf is this device's own. */
  isOwn({ installation }: MemberLeaf): boolean {
    return sameBytes(installation, this.held.deps.installation.signing.key)
  }

  /** Whether this member may remove a leaf of a live slot. */
  mayRemove(leaf: MemberLeaf): boolean {
    const { record, slot } = this.state
    return !this.isOwn(leaf) && (record.slots[slot]?.role === Role.admin || leaf.claim.slot === slot)
  }

  /** Slots that asked to join, and wait for an answer. */
  get asking(): readonly number[] {
    return this.held.stored.asking.map(({ slot }) => slot)
  }

  /** What admins set, in order of keys. */
  get settings(): readonly Setting[] {
    return this.held.stored.settings
  }

  /** Whether anything waits to be posted or said again. */
  get isBusy(): boolean {
    const { intents, unsent } = this.held.stored
    return intents.length > 0 || unsent.length > 0
  }

  /** Takes what the log reports next. */
  take(event: LogEvent, signal: AbortSignal): Promise<readonly EngineEvent[]> {
    return takeEvent(this.held, event, signal)
  }

  /** Sends what is to be posted. */
  post(signal: AbortSignal): Promise<void> {
    return post(this.held, signal)
  }

  /** Whether contents that were read are to be acknowledged. */
  get mustAck(): boolean {
    return this.held.stored.unacked.length > 0
  }

  /** Acknowledges contents to stores. It keeps the conversation's state apart, so that stores keep nobody waiting. */
  acknowledge(signal: AbortSignal): Promise<readonly Unacked[]> {
    return acknowledge(this.held, signal)
  }

  /** Forgets what was acknowledged, or cannot be. */
  acknowledged(tried: readonly Unacked[]): Promise<void> {
    return forget(this.held, tried)
  }

  /** Asks stores again for contents that are missing. */
  fetchMissing(signal: AbortSignal): Promise<readonly EngineEvent[]> {
    return fetchMissing(this.held, signal)
  }

  /** Whether something is missing that is older than stores keep messages. */
  hasExpired(now: Millis): boolean {
    return memberOf(this.state) !== undefined && expiredOf(this.state, now).length > 0
  }

  /** Takes for messages what is missing and expired: it can never be read. */
  passOver(signal: AbortSignal): Promise<readonly EngineEvent[]> {
    return passOverExpired(this.held, signal)
  }

  /** Whether the keys of the own leaf, or of the epoch, are old; `own`: whoever else comes first does not change that. */
  agedKeys(now: Millis): 'own' | 'epoch' | undefined {
    const member = memberOf(this.state)
    return member && agedKeys(member, this.leaves.length, now)
  }

  /** Encrypts a message and stores it to be posted. @throws {MessagingError} `NOT_A_MEMBER`, `STALE_LEAVES`, `MESSAGE_TOO_LARGE`. */
  async say(plaintext: Uint8Array): Promise<void> {
    await this.intend('message', 'application', await makeMessage(this.state, plaintext, this.held.suite))
  }

  /** Stores a message to be said as soon as it can be: now, or once a gap, a stale leaf or the lack of keys is over. */
  async sayLater(plaintext: Uint8Array): Promise<void> {
    await this.held.keep({ unsent: [...this.held.stored.unsent, plaintext] })
  }

  /** Whether the record took this device's slot away. */
  get isRemoved(): boolean {
    return isRemoved(this.state)
  }

  /** Whether a message waits that was not sent to the log. */
  get hasUnsaid(): boolean {
    return hasUnsaid(this.held.stored)
  }

  /** Gives up the messages that were never sent to the log. */
  async unsay(): Promise<void> {
    await this.held.keep(withoutUnsaid(this.held.stored))
  }

  /** Something that was reported, by its number from 0; undefined when it was not yet. */
  async event(number: number): Promise<EngineEvent | undefined> {
    // What comes next is looked for again and again: the store need not be asked for what is not there.
    if (number >= this.held.stored.events) return undefined
    const bytes = await this.held.deps.store.get(eventKey(this.own.place, number))
    return bytes && (decodeValue(bytes) as EngineEvent)
  }

  /** The message that this device read at a position of the record; the last ones are found first. */
  async messageAt(position: bigint): Promise<Extract<EngineEvent, { type: 'message' }> | undefined> {
    for (let number = this.held.stored.events - 1; number >= 0; number -= 1) {
      const event = await this.event(number)
      if (event?.type === 'message' && event.position === position) return event
    }
    return undefined
  }

  /** Whether something came too late and is to be said again. */
  get mustSayAgain(): boolean {
    return this.held.stored.unsent.length > 0 && strangeGaps(this.state).length === 0
  }

  /** Encrypts anew what came too late. */
  async sayAgain(): Promise<void> {
    const [plaintext, ...unsent] = this.held.stored.unsent
    if (plaintext === undefined) return
    const made = await makeMessage(this.state, plaintext, this.held.suite)
    await this.intend('message', 'application', made, { unsent })
  }

  /**
   * Makes a commit and stores it to be posted. Devices are added by packages that are good for their slots.
   * @throws {MessagingError} `KEY_PACKAGE_INVALID`, and what {@link makeGroupCommit} throws.
   */
  async commit(add: readonly KeyPackage[], remove: readonly MemberLeaf[]): Promise<void> {
    for (const keyPackage of add) checkPackage(this.state, keyPackage, this.held.deps.clock.now())
    const plan = { add, remove: remove.map(({ index }) => index) }
    await this.intend('commit', 'handshake', await makeGroupCommit(this.state, plan, this.held.suite))
  }

  /** A package by which others may add this device. Its secrets are stored. */
  packageForJoining(): Promise<KeyPackage> {
    return givePackage(this.held)
  }

  /** Asks to join by a commit of its own. */
  async askToJoin(): Promise<void> {
    await this.intendControl({ kind: 'join', generation: this.state.generation }, { asked: this.held.deps.clock.now() })
  }

  /** Whether this device has no keys, and is not on its way to some. */
  get mustAsk(): boolean {
    const { asked, state } = this.held.stored
    const isOpen = asked !== undefined && this.held.deps.clock.now() < asked + BigInt(messagingLimits.askAgainMs)
    return memberOf(state) === undefined && !isOpen && state.commits.length === 0 && isIn(state, this.own)
  }

  /** Whether nobody is left who could let this device in: no other slot, and no other device of this identity. */
  async isDeserted(signal: AbortSignal): Promise<boolean> {
    const { state, asked } = this.held.stored
    const { slot, record, commits, boot } = state
    const isAlone = record.slots.every(({ role }, each) => (role === Role.none) === (each !== slot))
    if (memberOf(state) !== undefined || asked === undefined || commits.length > 0 || boot !== undefined) return false
    if (!isAlone || !isIn(state, this.own)) return false
    const { directory, installation } = this.held.deps
    const { installations } = await directory.installations(installation.identity, signal)
    return installations.every((key) => sameBytes(key, installation.signing.key))
  }

  /** A key to exchange the slot's for, the same until that was done. It is stored. */
  async nextKey(): Promise<MemberKey> {
    const { stored, deps } = this.held
    const key = stored.nextKey ?? memberKey(deps.random(32))
    await this.held.keep({ nextKey: key })
    return key
  }

  /** Goes on with a key that another device of the slot exchanged the slot's for. */
  async adoptKey(slotKey: MemberKey): Promise<void> {
    await this.held.keep({ own: { ...this.own, slotKey }, shutOut: false })
  }

  /** Goes on with another slot of the conversation, for the own one was taken away. */
  async comeBack(slot: number, slotKey: MemberKey): Promise<void> {
    await comeBack(this.held, slot, slotKey)
  }

  /** Whether another device of the slot put a key into it that this one does not have. */
  get isShutOut(): boolean {
    return this.held.stored.shutOut
  }

  /** Whether this device's own leaf has an earlier key of its slot. */
  get isOwnStale(): boolean {
    return this.stale.some((leaf) => this.isOwn(leaf))
  }

  /** Replaces the own leaf, whose slot has a new key, by a commit that takes no answer of others. */
  renew(signal: AbortSignal): Promise<void> {
    return renew(this.held, signal)
  }

  /** Remembers who has a slot: it may have no leaf when it asks to join. */
  async introduce(slot: number, identity: Bytes20): Promise<void> {
    const rest = this.held.stored.identities.filter((each) => each.slot !== slot)
    await this.held.keep({ identities: [...rest, { slot, identity }] })
  }

  /** Sends a slot that asked what it needs to join by a commit. One that nobody knows gets nothing. */
  async answer(slot: number, signal: AbortSignal): Promise<void> {
    const { state, identities, asking } = this.held.stored
    const member = memberOf(state)
    if (member === undefined || gapsOf(state).length > 0) return
    const leaf = this.leaves.find(({ claim }) => claim.slot === slot)
    const identity = leaf?.identity ?? identities.find((each) => each.slot === slot)?.identity
    const rest = { asking: asking.filter((each) => each.slot !== slot) }
    if (identity === undefined) return this.held.keep(rest)
    // It may be a device that was registered a moment ago: what the directory said before then seals nothing to it.
    const now = this.held.deps.clock.now()
    const again = BigInt(messagingLimits.directoryAgainMs)
    const lately = millis(now > again ? now - again : 0n)
    const { fallbacks } = await this.held.deps.directory.installations(identity, signal, lately)
    const keys = fallbacks.slice(0, messagingLimits.recipients)
    if (keys.length === 0) return this.held.keep(rest)
    const info = await groupInfo(member.state, this.held.suite)
    const plaintext = encodeInvitation({ info, asOf: state.record.cursor.messages })
    const suite = await loadSuite('x25519')
    const sealing = { name: 'x25519', suite, context: state.record.id } as const
    const frame = encodeFrame({
      kind: FrameKind.sealed,
      body: await seal(plaintext, keys, sealing, this.held.deps.random),
    })
    await this.intend('sealed', 'handshake', { state, frame, digest: frameDigest(frame), acks: [] }, rest)
  }

  /** The gap at which this device cannot answer those who ask to join, unless it said so before. */
  get mustWant(): bigint | undefined {
    const [gap] = gapsOf(this.state)
    const isNew = gap !== undefined && this.asking.length > 0 && this.held.stored.wanted !== gap.position
    return isNew ? gap.position : undefined
  }

  /** Says that this device is at a gap. */
  async want(position: bigint): Promise<void> {
    await this.intendControl({ kind: 'want', position, generation: this.state.generation }, { wanted: position })
  }

  /** Makes entries void for everyone; counts if this slot is an admin. */
  async skip(position: bigint, count: number): Promise<void> {
    await this.intendControl({ kind: 'skip', position, count, generation: this.state.generation }, {})
  }

  /** Founds the group anew; counts if this slot is an admin. */
  async boot(): Promise<void> {
    const generation = this.state.generation + 1
    const own = await newPackage(this.held, generation)
    const state = await makeFounding(this.state, own, this.held.suite)
    await this.intendControl({ kind: 'boot', generation }, { state })
  }

  /** Gives up the keys of the group, so as to join anew. */
  abandon(why: string, signal: AbortSignal): Promise<readonly EngineEvent[]> {
    return abandon(this.held, why, signal)
  }

  /**
   * Entries that an admin is to skip: gaps that are old enough, from which nobody went on. An admin without keys that nobody answers
   * goes by what those who have keys say: at a gap they cannot answer.
   */
  skippable(now: Millis): readonly bigint[] {
    const isOld = (time: Millis): boolean => now >= time + BigInt(messagingLimits.skipAfterMs)
    const { membership, movedOn, waiting } = this.state
    if ('outside' in membership) {
      if (this.held.stored.asked === undefined || !isOld(membership.since)) return []
      const { wants } = this.held.stored
      return waiting.flatMap(({ position, time }) => (wants.includes(position) && isOld(time) ? [position] : []))
    }
    if (movedOn) return []
    return gapsOf(this.state)
      .filter(({ time }) => isOld(time))
      .map(({ position }) => position)
  }

  private async intend(
    kind: Intent['kind'],
    contentClass: Intent['class'],
    { state, frame, digest, acks }: Made,
    changes: object = {},
  ): Promise<void> {
    const intent: Intent = { kind, content: digest, frame, class: contentClass, acks, nonce: undefined }
    await this.held.keep({ ...changes, state, intents: [...this.held.stored.intents, intent] })
  }

  private async intendControl(control: Control, changes: object): Promise<void> {
    const intent: Intent = {
      kind: 'control',
      content: encodeControl(control),
      frame: undefined,
      class: 'handshake',
      acks: [],
      nonce: undefined,
    }
    await this.held.keep({ ...changes, intents: [...this.held.stored.intents, intent] })
  }
}

/** Whether the own slot is live with the key that this device has. */
function isIn({ record, slot }: ConversationState, { slotKey }: OwnSlot): boolean {
  const held = record.slots[slot]
  return held !== undefined && held.role !== Role.none && sameBytes(held.key, slotKey.key)
}
