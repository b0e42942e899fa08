import { ed25519 } from '@noble/curves/ed25519.js'
import { type Bytes20, type MemberKey, sameBytes } from '@parley/protocol/light'
import { Conversation } from '../conversation/conversation.ts'
import type { OwnSlot } from '../conversation/stored.ts'
import type { SharedSlot } from '../devices/shared-slot.ts'
import { MessagingError } from '../faults.ts'
import type { SuiteName } from '../mls/suite.ts'
import type { Place } from '../ports/log.ts'
import type { Context } from './context.ts'
import { ownFounder } from './devices.ts'
import { Room } from './room.ts'
import { keepMeta, type RoomMeta, readMetas } from './room-meta.ts'

/** What a device has of a conversation that it begins with. */
export interface Beginning {
  readonly meta: RoomMeta
  readonly slot: number
  readonly key: MemberKey
  readonly suite: SuiteName
  /** Founds its group; otherwise this device asks to join. */
  readonly founds: boolean
}

/** All conversations of a device, each running by itself. */
export class Rooms {
  private readonly context: Context
  private readonly byPlace = new Map<string, Room>()
  private readonly running: Promise<unknown>[] = []

  constructor(context: Context) {
    this.context = context
  }

  get all(): readonly Room[] {
    return [...this.byPlace.values()]
  }

  at(place: Place): Room | undefined {
    return this.byPlace.get(nameOf(place))
  }

  /** Goes on with all that are stored. */
  async open(): Promise<void> {
    for (const meta of await readMetas(this.context.store)) {
      const conversation = await Conversation.open(this.context, meta.place)
      if (conversation !== undefined) this.start(conversation, meta)
    }
  }

  /** Resolves once none runs any more: the messenger's signal ends them. */
  async ended(): Promise<void> {
    await Promise.all(this.running)
  }

  /** Begins one, and keeps it. */
  async begin({ meta, slot, key, suite, founds }: Beginning): Promise<Room> {
    const { context } = this
    await keepMeta(context.store, meta)
    const secret = context.random(32)
    const ack = { secret, key: ed25519.getPublicKey(secret) }
    const own: OwnSlot = { place: meta.place, slot, slotKey: key, ack, suite }
    return this.start(await Conversation.begin(context, own, founds, context.signal), meta)
  }

  /** Opens a conversation whose slot another device shared, or goes on with its new key. @throws {MessagingError} `INVITE_UNUSABLE`. */
  async openShared({ place, id, title, slot, key, suite }: SharedSlot, kind: RoomMeta['kind']): Promise<Room> {
    const known = this.at(place)
    if (known !== undefined) {
      // Slots are given out in order: what names an earlier one is from before this identity was removed.
      if (slot === known.shared.slot) await known.live.adoptKey(key)
      if (slot > known.shared.slot) await known.comeBack(slot, key, this.context.signal)
      return known
    }
    await this.assertThere(place, id)
    return this.begin({ meta: { place, id, title, kind, invites: [] }, slot, key, suite, founds: false })
  }

  /** Invites to a conversation that nobody came into, if there is one: so that no state is wasted. */
  async reuse(
    identities: readonly Bytes20[],
    options: { readonly text: string; readonly expiresAt: bigint; readonly title: string },
    suite: SuiteName,
  ): Promise<Room | undefined> {
    if (identities.length === 0) return undefined
    const room = this.all.find((each) => each.kind === 'talk' && each.shared.suite === suite && each.invites.claim())
    if (room === undefined) return undefined
    try {
      await room.invites.open(identities, options)
    } catch (error) {
      // It may have nothing left to give: another conversation is opened then.
      if (this.context.signal.aborted) throw error
      this.context.report('invites', error)
      return undefined
    }
    await room.deliverInvites()
    return room
  }

  /** Opens a conversation of one slot, this identity's. */
  async openOwn(key: MemberKey): Promise<Room> {
    const { place, id } = await this.context.sponsor.create([ownFounder(key)], this.context.signal)
    const meta: RoomMeta = { place, id, title: '', kind: 'own', invites: [] }
    return this.begin({ meta, slot: 0, key, suite: 'x25519', founds: true })
  }

  /** @throws {MessagingError} `INVITE_UNUSABLE`: another conversation is at the place. */
  async assertThere(place: Place, id: Uint8Array): Promise<void> {
    const found = await this.context.log.genesis(place, this.context.signal)
    if (!sameBytes(found.id, id)) throw unusable('another conversation is at its place')
  }

  private start(conversation: Conversation, meta: RoomMeta): Room {
    const room = new Room(this.context, conversation, meta)
    this.byPlace.set(nameOf(meta.place), room)
    this.running.push(room.run())
    this.context.changed.beat()
    return room
  }
}

const nameOf = ({ shard, index }: Place): string => `${shard}/${index}`

export const unusable = (reason: string): MessagingError => new MessagingError({ code: 'INVITE_UNUSABLE', reason })
