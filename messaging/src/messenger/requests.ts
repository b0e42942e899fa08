import { type Bytes20, type MemberKey, memberKey, Role, sameBytes, toHex } from '@parley/protocol/light'
import { MessagingError } from '../faults.ts'
import type { Place } from '../ports/log.ts'
import { changeMembers } from './change-members.ts'
import type { Context } from './context.ts'
import type { Devices } from './devices.ts'
import { type RequestEvent, requestEventOf } from './events.ts'
import { readRequest, requestChange, type StoredRequest } from './request-store.ts'
import type { Room } from './room.ts'
import type { RoomMeta } from './room-meta.ts'
import { type Rooms, unusable } from './rooms.ts'

/** Milliseconds after which an open request is compared with an own invite again. */
const lookAgainMs = 5_000n

/** Open requests of one sender. */
interface Undecided {
  readonly numbers: Set<number>
  notBefore: bigint
}

/** Invites to this identity: what an application is told of them, and what becomes of them. */
export class Requests {
  private readonly context: Context
  private readonly rooms: Rooms
  private readonly devices: Devices
  /** Requests that were looked at for crossed ones. */
  private looked = 0
  /** Those of them that wait for a decision, by who sent them: an own invite may be sent after the other one was read. */
  private readonly undecided = new Map<string, Undecided>()

  constructor(context: Context, rooms: Rooms, devices: Devices) {
    this.context = context
    this.rooms = rooms
    this.devices = devices
  }

  /** An invite by its number; undefined while it did not come. */
  read(number: number): Promise<StoredRequest | undefined> {
    return readRequest(this.context.store, number)
  }

  /** Those that wait for a decision. */
  async open(): Promise<readonly RequestEvent[]> {
    const open: RequestEvent[] = []
    for (let number = 0; ; number += 1) {
      const request = await this.read(number)
      if (request === undefined) return open
      if (request.state === 'open') open.push(this.eventOf(request))
    }
  }

  eventOf(request: StoredRequest): RequestEvent {
    const { store } = this.context
    const decline = async (): Promise<void> => store.write([requestChange({ ...request, state: 'declined' })])
    return requestEventOf(request, { accept: () => this.accept(request.number), decline })
  }

  /**
   * What becomes of an invite that came. Where two invited each other at once, the conversation with the lower shard and index stays:
   * whoever opened the other takes that back and accepts; whoever opened this one waits.
   */
  async stateOf({ head, body, verified }: Omit<StoredRequest, 'state'>): Promise<StoredRequest['state']> {
    const { log, signal, report } = this.context
    if (!verified || body.kind !== 'conversation') return 'open'
    try {
      const { members } = await log.standing(body.place, signal)
      const live = members.filter(({ role }) => role !== Role.none).length
      if ((members[body.slot]?.role ?? Role.none) === Role.none) return 'declined'
      const own = this.pairWith(head.sender)
      if (own === undefined || live !== 2) return 'open'
      return isLower(body.place, own.place) ? 'crossed' : 'declined'
    } catch (error) {
      if (signal.aborted) throw error
      report('requests', error)
      return 'open'
    }
  }

  /** Accepts what crossed an own invite, which is taken back before; lets go of what an own invite stands in for. */
  async settleCrossed(): Promise<void> {
    for (; ; this.looked += 1) {
      const request = await this.read(this.looked)
      if (request === undefined) break
      if (request.state === 'crossed') await this.settle(this.looked)
      else if (request.state === 'open') this.undecidedOf(request.head.sender).numbers.add(this.looked)
    }
    const now = this.context.clock.now()
    for (const room of this.rooms.all) {
      const pair = room.kind === 'talk' ? room.invites.pair : undefined
      const waiting = pair && this.undecided.get(toHex(pair.identity))
      if (waiting === undefined || now < waiting.notBefore) continue
      // The L3 is asked for each: not at every message that comes meanwhile.
      waiting.notBefore = now + lookAgainMs
      for (const number of waiting.numbers) if (await this.settle(number)) waiting.numbers.delete(number)
    }
  }

  private undecidedOf(sender: Bytes20): Undecided {
    const key = toHex(sender)
    const known = this.undecided.get(key)
    if (known !== undefined) return known
    const begun = { numbers: new Set<number>(), notBefore: 0n }
    this.undecided.set(key, begun)
    return begun
  }

  /** @returns whether there is nothing left to decide. */
  private async settle(number: number): Promise<boolean> {
    const request = (await this.read(number)) as StoredRequest
    const state = request.state === 'open' ? await this.stateOf(request) : request.state
    if (state === 'open') return false
    if (state === 'crossed') {
      await this.pairWith(request.head.sender)?.invites.withdraw()
      await this.acceptOrDecline(request)
    } else if (state !== request.state) {
      await this.context.store.write([requestChange({ ...request, state })])
    }
    return true
  }

  /** One that can never be accepted does not hold up the others. */
  private async acceptOrDecline(request: StoredRequest): Promise<void> {
    try {
      await this.accept(request.number)
    } catch (error) {
      if (!(error instanceof MessagingError) || error.fault.code !== 'INVITE_UNUSABLE') throw error
      this.context.report('requests', error)
      await this.context.store.write([requestChange({ ...request, state: 'declined' })])
    }
  }

  private pairWith(identity: Bytes20): Room | undefined {
    return this.rooms.all.find(({ kind, invites }) => {
      return kind === 'talk' && invites.pair !== undefined && sameBytes(invites.pair.identity, identity)
    })
  }

  /** Accepts a request: its slot's key is exchanged for one of this device. @throws {MessagingError} `INVITE_UNUSABLE`. */
  async accept(number: number): Promise<Room> {
    const { context } = this
    const request = await this.read(number)
    if (request === undefined) throw unusable(`there is no request ${number}`)
    const { body, head } = request
    const known = body.kind === 'conversation' ? this.rooms.at(body.place) : undefined
    if (known !== undefined && (await this.isIn(known, body.slot))) return known
    if (head.expiresAt < context.clock.now()) throw unusable('it is over')
    if (body.kind === 'device') return this.joinOwn(request)
    const key = request.slotKey ?? memberKey(context.random(32))
    await context.store.write([requestChange({ ...request, slotKey: key })])
    await this.takeSlot(request, key)
    const meta: RoomMeta = { place: body.place, id: body.id, title: body.title, kind: 'talk', invites: [] }
    const room = known ?? (await this.rooms.begin({ meta, slot: body.slot, key, suite: body.suite, founds: false }))
    if (known !== undefined) await known.comeBack(body.slot, key, context.signal)
    await context.store.write([requestChange({ ...request, slotKey: key, state: 'accepted' })])
    await this.devices.share(room)
    return room
  }

  /** Whether a conversation needs no other slot: this device took that one, or its own one is live still. */
  private async isIn({ place, shared }: Room, slot: number): Promise<boolean> {
    if (shared.slot === slot) return true
    const { members } = await this.context.log.standing(place, this.context.signal)
    return (members[shared.slot]?.role ?? Role.none) !== Role.none
  }

  /** Another device of this identity let this one in. */
  private async joinOwn(request: StoredRequest): Promise<Room> {
    const { head, body, verified } = request
    if (!verified || !sameBytes(head.sender, this.context.installation.identity))
      throw unusable('it is of no device of this identity')
    const room = await this.rooms.openShared(body, 'own')
    await this.context.store.write([requestChange({ ...request, state: 'accepted' })])
    return room
  }

  private async takeSlot({ body }: StoredRequest, slotKey: MemberKey): Promise<void> {
    const { log, signal } = this.context
    const { place, slot, key, id } = body
    await this.rooms.assertThere(place, id)
    await changeMembers(
      log,
      place,
      {
        slot,
        key,
        entering: [slotKey],
        plan: ({ members }) => {
          const held = members[slot]
          if (held !== undefined && sameBytes(held.key, slotKey.key)) return undefined
          if (held === undefined || held.role === Role.none || !sameBytes(held.key, key.key))
            throw unusable('its slot was taken or taken back')
          return { exchange: [{ key: slotKey.key }] }
        },
      },
      signal,
    )
  }
}

function isLower(a: Place, b: Place): boolean {
  return a.shard === b.shard ? a.index < b.index : a.shard < b.shard
}
