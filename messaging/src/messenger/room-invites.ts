import { type Bytes20, type ChangeMembers, memberKey, millis, Role } from '@parley/protocol/light'
import { Turns } from '@parley/runtime'
import type { Conversation } from '../conversation/conversation.ts'
import { memberOf } from '../engine/state.ts'
import { MessagingError } from '../faults.ts'
import type { InviteBody } from '../invites/invite-body.ts'
import type { LiveConversation } from '../live/live.ts'
import type { Changing } from './change-members.ts'
import type { Context } from './context.ts'
import { deliver, isOpen, keysOf, sealFor } from './invite-delivery.ts'
import type { OutgoingInvite, RoomMeta } from './room-meta.ts'

/** What may be said of those who are to be added. */
export interface AddOptions {
  readonly to: readonly Bytes20[]
  /** Shown with the invite, at most 512 bytes. */
  readonly text?: string
  /** Milliseconds for which an invite is good. @default 14 days */
  readonly validMs?: number
  /** What each may spend of this member's allowance, in mwei. */
  readonly allowance?: bigint
}

/** What became of each who was to be added. */
export interface AddResult {
  readonly invited: readonly Bytes20[]
  readonly failed: readonly { readonly identity: Bytes20; readonly fault: unknown }[]
}

export const defaultValidMs = 14 * 86_400_000
const defaults = { allowance: 2n * 10n ** 7n, priceLimit: 10n ** 7n } as const
/** Added in one change of members. */
const addedAtOnce = 15

/** An invite that was not delivered yet. */
export function outgoing(
  invite: Omit<OutgoingInvite, 'expiresAt' | 'frame' | 'delivered'> & { readonly expiresAt: bigint },
): OutgoingInvite {
  return { ...invite, expiresAt: millis(invite.expiresAt), frame: undefined, delivered: undefined }
}

/** What invites ask of their conversation. */
interface Host {
  readonly meta: () => RoomMeta
  readonly keep: (changes: Partial<RoomMeta>) => Promise<void>
  readonly change: (plan: Changing['plan'], entering?: Changing['entering']) => Promise<ChangeMembers | undefined>
  /** @throws {MessagingError} `NOT_A_MEMBER`. */
  readonly assertHolds: (held: { readonly key: Uint8Array; readonly role: number } | undefined) => void
}

/** Invites to one conversation: slots whose keys lie in them until somebody puts its own there. */
export class RoomInvites {
  private readonly context: Context
  private readonly conversation: Conversation
  private readonly live: LiveConversation
  private readonly host: Host
  private readonly turns = new Turns(1)
  private isClaimed = false

  constructor(context: Context, conversation: Conversation, live: LiveConversation, host: Host) {
    this.context = context
    this.conversation = conversation
    this.live = live
    this.host = host
  }

  get all(): readonly OutgoingInvite[] {
    return this.host.meta().invites
  }

  /** Whether there is something to do for invites now. */
  get isDue(): boolean {
    const now = this.context.clock.now()
    return this.all.some((each) => each.delivered === undefined || each.expiresAt <= now || this.isIn(each))
  }

  /** Whether nobody ever came in and nobody is invited any more: the conversation may be used for somebody else. */
  get isSpare(): boolean {
    return !this.isClaimed && this.host.meta().spare === true && this.all.length === 0
  }

  /** Takes a spare conversation for oneself. @returns whether it was there to be taken. */
  claim(): boolean {
    if (!this.isSpare) return false
    this.isClaimed = true
    return true
  }

  /** The one who is invited, where nobody else is and nobody came in. */
  get pair(): OutgoingInvite | undefined {
    const [only, ...others] = this.all
    return others.length === 0 && this.isUntouched ? only : undefined
  }

  async add({ to, text = '', validMs = defaultValidMs, allowance }: AddOptions): Promise<AddResult> {
    this.live.assertMember()
    const failed: { identity: Bytes20; fault: unknown }[] = []
    const reachable: Bytes20[] = []
    for (const identity of to.slice(0, addedAtOnce)) {
      try {
        await keysOf(this.context, identity)
        reachable.push(identity)
      } catch (error) {
        if (!(error instanceof MessagingError)) throw error
        failed.push({ identity, fault: error.fault })
      }
    }
    if (reachable.length === 0) return { invited: [], failed }
    const expiresAt = this.context.clock.now() + BigInt(validMs)
    await this.open(reachable, { text, expiresAt, ...(allowance !== undefined && { allowance }) })
    await this.deliver()
    return { invited: reachable, failed }
  }

  /** Adds slots, each with the key of an invite, which is stored before. @param options.title - Replaces what the conversation was called. */
  async open(
    identities: readonly Bytes20[],
    options: {
      readonly text: string
      readonly expiresAt: bigint
      readonly allowance?: bigint
      readonly title?: string
    },
  ): Promise<void> {
    const { random } = this.context
    const { text, expiresAt, allowance = defaults.allowance, title } = options
    const planned = identities.map((identity) => ({ identity, key: memberKey(random(32)), text }))
    // Whoever delivers meanwhile would find nobody at a slot that is not open yet, and forget the invite.
    await this.alone(() => {
      const before = this.all
      return this.host.change(
        async ({ members }) => {
          this.host.assertHolds(members[this.conversation.own.slot])
          const invites = planned.map((each, i) => outgoing({ ...each, slot: members.length + i, expiresAt }))
          await this.host.keep({
            invites: [...before, ...invites],
            spare: false,
            ...(title !== undefined && { title }),
          })
          const { priceLimit } = defaults
          return {
            add: invites.map(({ slot, key }) => ({ slot, key: key.key, role: Role.member, allowance, priceLimit })),
          }
        },
        planned.map(({ key }) => key),
      )
    })
  }

  /** Delivers what no inbox has yet, and forgets invites whose slot has a device in the group, or nobody any more. */
  async deliver(): Promise<void> {
    this.live.assertMember()
    await this.alone(async () => {
      for (const { slot, identity } of this.all) await this.live.introduce(slot, identity)
      const { members } = await this.context.log.standing(this.host.meta().place, this.context.signal)
      for (const each of this.all) {
        if (this.isIn(each) || (members[each.slot]?.role ?? 0) === 0) await this.forget(each)
        else if (each.delivered === undefined && isOpen(each, members)) await this.deliverOne(each)
      }
    })
  }

  private async deliverOne(each: OutgoingInvite): Promise<void> {
    const { context } = this
    const { place, id, title } = this.host.meta()
    const body: InviteBody = {
      kind: 'conversation',
      place,
      id,
      suite: this.conversation.own.suite,
      slot: each.slot,
      key: each.key,
      title,
      text: each.text,
    }
    const keys = await keysOf(context, each.identity)
    const frame = each.frame ?? (await sealFor(context, each.identity, keys, body, each.expiresAt))
    const sealed = { ...each, frame }
    await this.replace(each, sealed)
    const delivered = await deliver(context, each.identity, frame)
    await this.replace(sealed, { ...each, frame: undefined, delivered })
  }

  /** Takes back what nobody accepted in time. @returns the identities whose invites are over. */
  expire(): Promise<readonly Bytes20[]> {
    const now = this.context.clock.now()
    return this.takeBack(({ expiresAt }) => expiresAt <= now)
  }

  /** Takes back all that nobody accepted. */
  async withdraw(): Promise<void> {
    await this.takeBack(() => true)
  }

  async forget(invite: OutgoingInvite): Promise<void> {
    await this.replace(invite, undefined)
  }

  private takeBack(isOver: (invite: OutgoingInvite) => boolean): Promise<readonly Bytes20[]> {
    return this.alone(async () => {
      const over = this.all.filter(isOver)
      for (const each of over) {
        let isTaken = false
        await this.host.change(({ members }) => {
          isTaken = (members[each.slot]?.role ?? 0) > 0 && !isOpen(each, members)
          return isOpen(each, members) ? { remove: [{ slot: each.slot }] } : undefined
        })
        // Who took the slot a moment ago is on the way in.
        if (!isTaken && this.isUntouched && this.all.length === 1) await this.host.keep({ invites: [], spare: true })
        else await this.forget(each)
      }
      return over.map(({ identity }) => identity)
    })
  }

  /** Whether nobody ever was in the group but this device. */
  private get isUntouched(): boolean {
    const { state } = this.conversation
    return memberOf(state)?.state.groupContext.epoch === 0n && state.generation === 0
  }

  private isIn({ slot }: OutgoingInvite): boolean {
    return this.conversation.leaves.some(({ claim }) => claim.slot === slot)
  }

  private async replace(old: OutgoingInvite, by: OutgoingInvite | undefined): Promise<void> {
    const isOld = ({ slot }: OutgoingInvite): boolean => slot === old.slot
    await this.host.keep({
      invites: this.all.flatMap((each) => (isOld(each) ? (by === undefined ? [] : [by]) : [each])),
    })
  }

  /** One at a time: nobody gets an invite twice because two looked at once. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.take(work, this.context.signal)
  }
}
