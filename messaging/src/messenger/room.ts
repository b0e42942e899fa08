import { type Bytes20, type ChangeMembers, type MemberKey, Role, sameBytes } from '@parley/protocol/light'
import { type Attachment, encodeAttachment, getAttachment, putAttachment } from '../attachments/attachment.ts'
import type { Draft } from '../codec/payload.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { notAMember } from '../conversation/unsaid.ts'
import type { SharedSlot } from '../devices/shared-slot.ts'
import type { EngineEvent } from '../engine/events.ts'
import { memberOf } from '../engine/state.ts'
import { MessagingError } from '../faults.ts'
import { LiveConversation } from '../live/live.ts'
import { left } from '../payloads/left.ts'
import type { Named } from '../payloads/named.ts'
import { type Reaction, reaction } from '../payloads/reaction.ts'
import { resend } from '../payloads/resend.ts'
import { entriesOf, type Settings, settings, settingsOf } from '../payloads/settings.ts'
import type { Place } from '../ports/log.ts'
import { changeMembers } from './change-members.ts'
import type { Context } from './context.ts'
import { keepRunning } from './keep-running.ts'
import { type AddOptions, type AddResult, RoomInvites } from './room-invites.ts'
import { keepMeta, type RoomMeta } from './room-meta.ts'

/** Somebody in a conversation. */
export interface RoomMember {
  readonly identity: Bytes20
  readonly slot: number
  readonly role: number
  /** Ed25519 keys of its devices in the group. */
  readonly installations: readonly Uint8Array[]
}

/** One conversation of a messenger: it follows the log by itself, and is spoken to by this. */
export class Room {
  readonly live: LiveConversation
  readonly invites: RoomInvites
  private readonly context: Context
  private readonly conversation: Conversation
  private meta: RoomMeta

  constructor(context: Context, conversation: Conversation, meta: RoomMeta) {
    const { log, clock, random, changed, strict, report } = context
    this.context = context
    this.conversation = conversation
    this.meta = meta
    const hooks = { changed: () => changed.beat(), strict, warn: (error: unknown) => report('directory', error) }
    this.live = new LiveConversation(conversation, { log, clock, random, ...hooks })
    this.invites = new RoomInvites(context, conversation, this.live, {
      meta: () => this.meta,
      keep: (changes) => this.keep(changes),
      change: (plan, entering) => this.change(plan, entering),
      assertHolds: (held) => this.assertHolds(held),
    })
  }

  /** Follows the log until the messenger ends. */
  run(): Promise<void> {
    const { clock, signal, report } = this.context
    const name = `conversation ${this.place.shard}/${this.place.index}`
    return keepRunning(
      (either) => this.live.run(either),
      clock,
      (error) => report(name, error),
      signal,
    )
  }

  get place(): Place {
    return this.meta.place
  }

  get id(): Uint8Array {
    return this.meta.id
  }

  get title(): string {
    return this.settings.title ?? this.meta.title
  }

  get kind(): RoomMeta['kind'] {
    return this.meta.kind
  }

  /** `invited` until somebody accepts, `joining` until this device has keys, `left` once its slot is gone, else `open`. */
  get state(): 'invited' | 'joining' | 'open' | 'left' {
    const { membership } = this.conversation.state
    if ('outside' in membership) return membership.outside === 'removed' ? 'left' : 'joining'
    const hasOthers = this.members.some(({ slot }) => slot !== this.conversation.own.slot)
    return hasOthers || this.meta.invites.length === 0 ? 'open' : 'invited'
  }

  /** Those who have a device in the group. */
  get members(): readonly RoomMember[] {
    const { record } = this.conversation.state
    const bySlot = new Map<number, RoomMember>()
    for (const { identity, claim, installation } of this.conversation.leaves) {
      const installations = [...(bySlot.get(claim.slot)?.installations ?? []), installation]
      bySlot.set(claim.slot, { identity, slot: claim.slot, role: record.slots[claim.slot]?.role ?? 0, installations })
    }
    return [...bySlot.values()]
  }

  /** Who was invited, and has no device in the group yet. */
  get invited(): readonly Bytes20[] {
    const { leaves } = this.conversation
    const isIn = (slot: number): boolean => leaves.some(({ claim }) => claim.slot === slot)
    return this.meta.invites.filter(({ slot }) => !isIn(slot)).map(({ identity }) => identity)
  }

  /** What happened, by its number from 0; undefined when it did not yet. */
  event(number: number): Promise<EngineEvent | undefined> {
    return this.conversation.event(number)
  }

  /** Stores a message and sends it, now or as soon as it can be sent. @returns its name, 16 bytes. @throws {MessagingError} `NOT_A_MEMBER`, `INSTALLATION_REVOKED`. */
  send(draft: Draft): Promise<Uint8Array> {
    return this.live.send(draft, this.context.signal)
  }

  /** Stores a file in encrypted parts and tells the others of it. @throws {MessagingError} `MESSAGE_TOO_LARGE`, `NOT_A_MEMBER`. */
  async sendAttachment(file: {
    readonly bytes: Uint8Array
    readonly name: string
    readonly mime: string
  }): Promise<Uint8Array> {
    this.live.assertMember()
    const { contents, random, signal } = this.context
    const attachment = await putAttachment(contents, file, random, signal)
    return this.send({ type: 'attachment/1', body: encodeAttachment(attachment), fallback: file.name.slice(0, 60) })
  }

  /** A file that a message names, checked. @throws {MessagingError} `CONTENT_UNAVAILABLE`, `FRAME_INVALID`. */
  fetchAttachment(attachment: Attachment): Promise<Uint8Array> {
    return getAttachment(this.context.contents, attachment, this.context.signal)
  }

  /** Reacts to a message, or takes a reaction back. @returns the reaction's name. */
  react(message: Named, sign: string, act: Reaction['act'] = 'added'): Promise<Uint8Array> {
    return this.send(reaction(message, sign, act))
  }

  /** Says again what this device read at a position, for those who lack it: they have it on this member’s word. @throws {MessagingError} `MESSAGE_UNKNOWN`, `NOT_A_MEMBER`. */
  async resend(position: bigint): Promise<Uint8Array> {
    this.live.assertMember()
    const event = await this.conversation.messageAt(position)
    if (event === undefined) throw new MessagingError({ code: 'MESSAGE_UNKNOWN', position })
    const { identity, installation, plaintext } = event
    return this.send(resend({ position, identity, installation }, plaintext))
  }

  /** What admins set for the conversation, last set last. */
  get settings(): Settings {
    return settingsOf(this.conversation.settings)
  }

  /** Sets what all members see. What is left out stays. @throws {MessagingError} `NOT_A_MEMBER`, `NOT_AN_ADMIN`, `FRAME_INVALID`. */
  async setSettings(changes: Settings): Promise<Uint8Array> {
    this.live.assertMember()
    const { slot } = this.conversation.own
    const { role = Role.none } = this.conversation.state.record.slots[slot] ?? {}
    if (role !== Role.admin) throw new MessagingError({ code: 'NOT_AN_ADMIN', slot })
    return this.send(settings(entriesOf(changes)))
  }

  /** Gives identities slots and sends them invites; this member must be an admin. @throws {MessagingError} `NOT_A_MEMBER`. */
  addMembers(options: AddOptions): Promise<AddResult> {
    return this.invites.add(options)
  }

  /** Delivers invites that no inbox has yet, and forgets those whose slot has a device in the group, or nobody any more. */
  deliverInvites(): Promise<void> {
    return this.invites.deliver()
  }

  /** Takes back what nobody accepted in time. @returns the identities whose invites are over. */
  expireInvites(): Promise<readonly Bytes20[]> {
    return this.invites.expire()
  }

  /** Removes identities with all their devices: on the L3 first, then by whoever's turn it is to commit. */
  async removeMembers(identities: readonly Bytes20[]): Promise<void> {
    this.live.assertMember()
    const isNamed = (identity: Bytes20): boolean => identities.some((each) => sameBytes(each, identity))
    const pending = this.meta.invites.filter(({ identity }) => isNamed(identity))
    const named = [...this.members.filter(({ identity }) => isNamed(identity)), ...pending]
    const slots = [...new Set(named.map(({ slot }) => slot))]
    await this.change(({ members }) => {
      const remove = slots.filter((slot) => (members[slot]?.role ?? 0) > 0).map((slot) => ({ slot }))
      return remove.length === 0 ? undefined : { remove }
    })
    for (const each of pending) await this.invites.forget(each)
  }

  /** Gives a member another role. */
  async setRole(slot: number, role: number): Promise<void> {
    await this.change(() => ({ roles: [{ slot, role }] }))
  }

  /** What another device of the identity needs to join. */
  get shared(): SharedSlot {
    const { slot, slotKey, suite } = this.conversation.own
    const { place, id, title } = this.meta
    return { place, id, title, slot, suite, key: slotKey }
  }

  /** Puts a new key into the own slot: devices that do not get it can write no more, and read nothing that is said from then on. */
  async exchangeKey(): Promise<void> {
    const key = await this.live.nextKey()
    const { slot } = this.conversation.own
    await this.change(
      ({ members }) =>
        sameBytes(members[slot]?.key ?? key.key, key.key) ? undefined : { exchange: [{ key: key.key }] },
      [key],
    )
  }

  /**
   * Goes on with another slot, for the own one was taken away: this device asks to join as a newcomer does, and keeps what it read.
   * Waits until it has read that it was removed.
   */
  async comeBack(slot: number, key: MemberKey, signal: AbortSignal): Promise<void> {
    await this.until(() => this.state === 'left', signal)
    signal.throwIfAborted()
    await this.live.comeBack(slot, key)
    await this.keep({ invites: [], spare: false })
  }

  /** Does what is due now. */
  attend(): Promise<void> {
    return this.live.attend(this.context.signal)
  }

  /** Whether a device has a leaf in the group. */
  hasDevice(installation: Uint8Array): boolean {
    return this.conversation.leaves.some((leaf) => sameBytes(leaf.installation, installation))
  }

  /** Waits until something holds, or `signal` aborts. */
  async until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    while (!holds() && !signal.aborted) await Promise.race([this.context.changed.next(), ended])
  }

  /** Gives up the own slot, and says so to the others if it can be said now. Who is out already has nothing to leave. */
  async leave({ text = '' }: { readonly text?: string } = {}): Promise<void> {
    if (this.state === 'left') return
    const { slot } = this.conversation.own
    if (this.isMember) await this.sayBye(left(text))
    await this.change(({ members }) => ((members[slot]?.role ?? 0) > 0 ? { remove: [{ slot }] } : undefined))
  }

  /** A member that cannot speak now leaves all the same: the record shows that it did. */
  private async sayBye(bye: Draft): Promise<void> {
    try {
      await this.send(bye)
    } catch (error) {
      if (!(error instanceof MessagingError)) throw error
      this.context.report('leaving', error)
    }
  }

  private async change(
    plan: Parameters<typeof changeMembers>[2]['plan'],
    entering: Parameters<typeof changeMembers>[2]['entering'] = [],
  ): Promise<ChangeMembers | undefined> {
    const { slot, slotKey } = this.conversation.own
    const asMember: typeof plan = (standing) => {
      const planned = plan(standing)
      if (planned !== undefined) this.assertHolds(standing.members[slot])
      return planned
    }
    const changing = { slot, key: slotKey, plan: asMember, entering }
    return changeMembers(this.context.log, this.place, changing, this.context.signal)
  }

  /** The L3 may know more than this device read: only who holds a slot can change anything. */
  private assertHolds(held: { readonly key: Uint8Array; readonly role: number } | undefined): void {
    const { slot, slotKey } = this.conversation.own
    if (held === undefined || held.role === Role.none) throw notAMember(slot, 'removed')
    if (!sameBytes(held.key, slotKey.key)) throw notAMember(slot, 'shut out')
  }

  private async keep(changes: Partial<RoomMeta>): Promise<void> {
    this.meta = { ...this.meta, ...changes }
    await keepMeta(this.context.store, this.meta)
    this.context.changed.beat()
  }

  /** Whether this device has keys of the group. */
  get isMember(): boolean {
    return memberOf(this.conversation.state) !== undefined
  }
}
