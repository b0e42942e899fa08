import { type Bytes32, type MemberKey, memberKey, Role, sameBytes } from '@parley/protocol/light'
import { getAttachment, putAttachment } from '../attachments/attachment.ts'
import type { Draft } from '../codec/payload.ts'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import {
  type ArchivedMessage,
  decodeArchive,
  decodeArchivePointer,
  encodeArchive,
  encodeArchivePointer,
} from '../devices/archive.ts'
import { deviceCode, sameCode } from '../devices/device-code.ts'
import { decodePut, type Preference } from '../devices/preference.ts'
import { decodeSharedSlot, encodeSharedSlot, type SharedSlot } from '../devices/shared-slot.ts'
import type { EngineEvent } from '../engine/events.ts'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import { payloadOf } from '../live/live.ts'
import type { Place } from '../ports/log.ts'
import type { Context } from './context.ts'
import { deliver, sealFor } from './invite-delivery.ts'
import { keepRunning } from './keep-running.ts'
import { Preferences } from './preferences.ts'
import type { Room } from './room.ts'
import { defaultValidMs } from './room-invites.ts'

/** A device of the own identity, as the directory has it. */
export interface OwnDevice {
  readonly installation: Bytes32
  /** This very device. */
  readonly isThis: boolean
  /** Has a leaf in the identity's own group. */
  readonly isConfirmed: boolean
}

/** The keys of a device. */
export interface KnownDevice {
  readonly installation: Bytes32
  readonly fallback: Uint8Array
}

/** What devices ask of the messenger that they belong to. */
export interface DevicesHost {
  readonly all: readonly Room[]
  /** Opens a conversation whose slot another device shared, or goes on with its new key. */
  openShared(slot: SharedSlot, kind: 'talk' | 'own'): Promise<unknown>
  /** Opens a conversation of one slot, this device's. */
  openOwn(key: MemberKey): Promise<Room>
}

interface Standing {
  /** Events of the own group that were dealt with. */
  readonly handled: number
  /** Devices that are let in by this one, and are to get what it has. */
  readonly invited: readonly Bytes32[]
  /** Devices whose two keys are known to belong together, by their codes. */
  readonly known: readonly KnownDevice[]
}

const standingKey = 'devices'
const slotType = 'slot/1'
const putType = 'put/1'
const archiveType = 'archive/1'
/** Milliseconds to wait for a leaf to go before the slot's key is exchanged whatever. */
const patienceMs = 10_000

/** The devices of an identity: they have one group of their own, in which they give each other slots and history. */
export class Devices {
  private readonly context: Context
  private readonly host: DevicesHost
  private standing: Standing = { handled: 0, invited: [], known: [] }

  readonly preferences: Preferences

  constructor(context: Context, host: DevicesHost) {
    this.context = context
    this.preferences = new Preferences(context.store, context.changed)
    this.host = host
  }

  async open(): Promise<void> {
    const bytes = await this.context.store.get(standingKey)
    if (bytes !== undefined) this.standing = decodeValue(bytes) as Standing
  }

  /** What another device of the identity asks for to let this one in. */
  get code(): string {
    const { identity, signing, fallback } = this.context.installation
    return deviceCode(identity, signing.key, fallback.key)
  }

  private get own(): Room | undefined {
    return this.host.all.find(({ kind }) => kind === 'own')
  }

  async list(): Promise<readonly OwnDevice[]> {
    const { directory, installation, signal } = this.context
    const { installations } = await directory.read(installation.identity, signal)
    const confirmed = this.own?.members.flatMap((member) => member.installations) ?? []
    return installations.map((each) => ({
      installation: each,
      isThis: sameBytes(each, installation.signing.key),
      isConfirmed: confirmed.some((key) => sameBytes(key, each)),
    }))
  }

  /** Lets in the device that shows a code. @throws {MessagingError} `DEVICE_UNKNOWN`. */
  async confirm(code: string): Promise<Bytes32> {
    const { directory, installation, signal } = this.context
    const { identity } = installation
    const { installations, fallbacks } = await directory.read(identity, signal)
    for (const device of installations)
      for (const fallback of fallbacks)
        if (sameCode(deviceCode(identity, device, fallback), code)) {
          await this.keep({ known: [...this.standing.known, { installation: device, fallback }] })
          await this.letIn([device], [fallback])
          return device
        }
    throw new MessagingError({ code: 'DEVICE_UNKNOWN' })
  }

  private async letIn(devices: readonly Bytes32[], fallbacks: readonly Uint8Array[]): Promise<void> {
    const { context } = this
    const own = this.own ?? (await this.host.openOwn(await this.keyOfOwn()))
    await this.keep({ invited: [...this.standing.invited, ...devices] })
    const expiresAt = context.clock.now() + BigInt(defaultValidMs)
    const body = { kind: 'device', ...own.shared, text: '' } as const
    const { identity } = context.installation
    await deliver(context, identity, await sealFor(context, identity, fallbacks, body, expiresAt))
  }

  /** Stored before it is used. */
  private async keyOfOwn(): Promise<MemberKey> {
    const { store, random } = this.context
    const stored = await store.get('own-key')
    if (stored !== undefined) return decodeValue(stored) as MemberKey
    const key = memberKey(random(32))
    await store.write([{ key: 'own-key', value: encodeValue(key) }])
    return key
  }

  /** Keeps a preference for all devices of the identity. @throws {MessagingError} `FRAME_INVALID`. */
  async prefer(preference: Preference): Promise<void> {
    const draft = await this.preferences.put(preference)
    await this.own?.send(draft)
  }

  /** Gives other devices the slot of a conversation that is new to them. */
  async share(room: Room): Promise<void> {
    await this.own?.send({ type: slotType, body: encodeSharedSlot(room.shared), fallback: '' })
  }

  /**
   * Shuts a device out after the directory lost it: its leaves go, and each slot gets a key that it does not know. Devices that stay
   * get the new keys.
   */
  async shutOut(revoked: Bytes32): Promise<void> {
    const { directory, installation, signal } = this.context
    const { own } = this
    const fallback = this.fallbackOf(revoked)
    for (const room of this.host.all) if (room.state !== 'left') await this.rekey(room, revoked)
    const { installations, fallbacks } = await directory.read(installation.identity, signal)
    const isOther = (key: Uint8Array, mine: Uint8Array): boolean => !sameBytes(key, mine)
    const staying = installations.filter((key) => isOther(key, installation.signing.key) && isOther(key, revoked))
    const keys = fallbacks.filter(
      (key) => isOther(key, installation.fallback.key) && (fallback === undefined || isOther(key, fallback)),
    )
    if (own !== undefined && staying.length > 0 && keys.length > 0) await this.letIn(staying, keys)
  }

  /** The other key of a device that was let in by its code. */
  fallbackOf(device: Bytes32): Uint8Array | undefined {
    return this.standing.known.find(({ installation }) => sameBytes(installation, device))?.fallback
  }

  private async rekey(room: Room, revoked: Bytes32): Promise<void> {
    const { clock, signal } = this.context
    await room.attend()
    const over = new AbortController()
    const either = AbortSignal.any([over.signal, signal])
    const patience = clock.wait(patienceMs, either).catch(() => undefined)
    await Promise.race([room.until(() => !room.hasDevice(revoked), either), patience])
    over.abort()
    signal.throwIfAborted()
    await room.exchangeKey()
  }

  /** Messages of a conversation that other devices kept. */
  async archived(place: Place): Promise<readonly ArchivedMessage[]> {
    const bytes = await this.context.store.get(archiveKey(place))
    return bytes === undefined ? [] : decodeArchive(bytes)
  }

  /** Adds messages that another device, or this one in an earlier life, kept of a conversation. */
  async keepArchived(place: Place, messages: readonly ArchivedMessage[]): Promise<void> {
    const byPosition = new Map((await this.archived(place)).map((each) => [each.position, each]))
    for (const each of messages) byPosition.set(each.position, each)
    const all = [...byPosition.values()].sort((a, b) => (a.position < b.position ? -1 : 1))
    const value = encodeArchive(all.slice(-messagingLimits.archivedMessages))
    await this.context.store.write([{ key: archiveKey(place), value }])
    this.context.changed.beat()
  }

  /** Deals with what other devices say, until the messenger ends. */
  run(): Promise<void> {
    const { clock, signal, report } = this.context
    return keepRunning(
      (either) => this.follow(either),
      clock,
      (error) => report('devices', error),
      signal,
    )
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    while (!signal.aborted) {
      const woken = this.context.changed.next()
      const event = await this.own?.event(this.standing.handled)
      if (event === undefined) await Promise.race([woken, ended])
      else {
        await this.take(event)
        await this.keep({ handled: this.standing.handled + 1 })
      }
    }
  }

  private async take(event: EngineEvent): Promise<void> {
    if (event.type === 'epoch' && event.joiner) {
      const { installation } = event.author
      if (!this.standing.invited.some((key) => sameBytes(key, installation))) return
      await this.shareAll()
      await this.keep({ invited: this.standing.invited.filter((key) => !sameBytes(key, installation)) })
    }
    if (event.type === 'joined') await this.say(await this.preferences.drafts('waiting'))
    const payload = payloadOf(event)
    if (event.type !== 'message' || payload === undefined) return
    if (!sameBytes(event.identity, this.context.installation.identity)) return
    try {
      if (payload.type === putType) await this.preferences.take(decodePut(payload.body), event.position, event.own)
      if (event.own) return
      if (payload.type === slotType) await this.host.openShared(decodeSharedSlot(payload.body), 'talk')
      if (payload.type === archiveType) await this.takeArchive(payload.body)
    } catch (error) {
      // What another device of ours sent and cannot be used is reported, and the rest is dealt with.
      if (!(error instanceof MessagingError) || error.fault.code === 'CONTENT_UNAVAILABLE') throw error
      this.context.report('devices', error)
    }
  }

  private async say(drafts: readonly Draft[]): Promise<void> {
    for (const draft of drafts) await this.own?.send(draft)
  }

  private async shareAll(): Promise<void> {
    const { contents, random, signal } = this.context
    await this.say(await this.preferences.drafts('all'))
    for (const room of this.host.all) {
      if (room.kind === 'own' || room.state === 'left') continue
      await this.share(room)
      const messages = await this.historyOf(room)
      if (messages.length === 0) continue
      const bytes = encodeArchive(messages.slice(-messagingLimits.archivedMessages))
      const attachment = await putAttachment(contents, { bytes, name: 'archive', mime: '' }, random, signal)
      const body = encodeArchivePointer({ place: room.place, attachment })
      await this.own?.send({ type: archiveType, body, fallback: '' })
    }
  }

  private async takeArchive(body: Uint8Array): Promise<void> {
    const { contents, signal } = this.context
    const { place, attachment } = decodeArchivePointer(body)
    await this.keepArchived(place, decodeArchive(await getAttachment(contents, attachment, signal)))
  }

  /** All messages of a conversation that this device has, in order: archived ones, and its own. */
  async historyOf(room: Room): Promise<readonly ArchivedMessage[]> {
    const byPosition = new Map<bigint, ArchivedMessage>()
    for (const each of await this.archived(room.place)) byPosition.set(each.position, each)
    for (let number = 0; ; number += 1) {
      const event = await room.event(number)
      if (event === undefined) break
      if (event.type !== 'message') continue
      const { position, slot, identity, installation, time, plaintext } = event
      byPosition.set(position, { position, slot, identity, installation, time, plaintext })
    }
    return [...byPosition.values()].sort((a, b) => (a.position < b.position ? -1 : 1))
  }

  private async keep(changes: Partial<Standing>): Promise<void> {
    this.standing = { ...this.standing, ...changes }
    await this.context.store.write([{ key: standingKey, value: encodeValue(this.standing) }])
  }
}

function archiveKey({ shard, index }: Place): string {
  return `archive/${shard}/${index}`
}

/** Who an own group begins with. */
export const ownFounder = (key: MemberKey) => ({ key, role: Role.admin })
