import { type Bytes32, Role, sameBytes } from '@parley/protocol/light'
import type { SharedSlot } from '../devices/shared-slot.ts'
import { MessagingError } from '../faults.ts'
import type { Place } from '../ports/log.ts'
import { openSegment, sealSegment, segmentsOf } from '../recovery/archive-segment.ts'
import { decodeRecovery, encodeRecovery } from '../recovery/recovery-file.ts'
import { type PassphraseCost, passphraseCost, type RecoverySecret, wordsOf } from '../recovery/secret.ts'
import type { Context } from './context.ts'
import type { Devices } from './devices.ts'
import type { Registration } from './registration.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'

/** How a recovery is to be opened. */
export interface RecoveryOptions {
  /** Of 12 characters at least; 24 words are drawn when left out. */
  readonly passphrase?: string
  /** What trying a passphrase costs. @default 64 MiB, 3 passes */
  readonly cost?: PassphraseCost
}

/** A recovery, to be kept where no device is. */
export interface MadeRecovery {
  /** Ciphertext; whoever keeps it learns its length. */
  readonly recovery: Uint8Array
  /** To be printed or written down, and kept apart from it; undefined for one under a passphrase. */
  readonly words: string | undefined
}

/** What came of a recovery. */
export interface Recovered {
  readonly conversations: readonly Room[]
  /** Conversations whose slot has another key by now, or is gone: they need an invite. */
  readonly lost: readonly { readonly place: Place; readonly title: string }[]
}

/** What came of an import. */
export interface ImportedArchive {
  readonly messages: number
  /** Segments of conversations that this device does not have. */
  readonly unknown: number
}

const keyName = 'archive-key'
const keyBytes = 32

/** What outlives all devices of an identity: the keys of its slots, and what was said. */
export class Recovering {
  private readonly context: Context
  private readonly rooms: Rooms
  private readonly devices: Devices
  private readonly registration: Registration

  constructor(context: Context, rooms: Rooms, devices: Devices, registration: Registration) {
    this.context = context
    this.rooms = rooms
    this.devices = devices
    this.registration = registration
  }

  async make({ passphrase, cost = passphraseCost }: RecoveryOptions): Promise<MadeRecovery> {
    const { clock, installation, random } = this.context
    const words = passphrase === undefined ? await wordsOf(random(keyBytes)) : undefined
    const secret: RecoverySecret = words === undefined ? { passphrase: passphrase as string } : { words }
    const live = this.rooms.all.filter(({ state }) => state !== 'left')
    const own = live.find(({ kind }) => kind === 'own')?.shared
    const slots = live.filter(({ kind }) => kind === 'talk').map(({ shared }) => shared)
    const archiveKey = await this.archiveKey()
    const held = { identity: installation.identity, madeAt: clock.now(), archiveKey, own, slots }
    return { recovery: await encodeRecovery(held, secret, cost, random), words }
  }

  async recover(bytes: Uint8Array, secret: RecoverySecret): Promise<Recovered> {
    const { installation, store } = this.context
    const { identity, archiveKey, own, slots } = await decodeRecovery(bytes, secret)
    if (!sameBytes(identity, installation.identity)) throw new MessagingError({ code: 'RECOVERY_OF_ANOTHER', identity })
    // Members seal to what the directory has.
    if (!this.registration.isRegistered)
      throw new MessagingError({ code: 'INSTALLATION_REVOKED', installations: [installation.signing.key] })
    await store.write([{ key: keyName, value: archiveKey }])
    if (own !== undefined && (await this.isHeld(own))) await this.rooms.openShared(own, 'own')
    const conversations: Room[] = []
    const lost: { place: Place; title: string }[] = []
    for (const slot of slots)
      if (await this.isHeld(slot)) conversations.push(await this.rooms.openShared(slot, 'talk'))
      else lost.push({ place: slot.place, title: slot.title })
    return { conversations, lost }
  }

  async *exportArchive(): AsyncGenerator<Uint8Array, void, undefined> {
    const key = await this.archiveKey()
    for (const room of this.rooms.all) {
      if (room.kind === 'own') continue
      const { place, id, title } = room
      for (const messages of segmentsOf(await this.devices.historyOf(room)))
        yield sealSegment(key, { place, id, title, messages }, this.context.random)
    }
  }

  async importArchive(segments: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<ImportedArchive> {
    const key = await this.archiveKey()
    let count = 0
    let unknown = 0
    for await (const segment of segments) {
      const { place, id, messages } = await openSegment(key, segment)
      const room = this.rooms.at(place)
      if (room === undefined || !sameBytes(room.id, id)) unknown += 1
      else {
        await this.devices.keepArchived(place, messages)
        count += messages.length
      }
    }
    return { messages: count, unknown }
  }

  /** Whether the L3 has the slot with this very key. */
  private async isHeld({ place, slot, key }: SharedSlot): Promise<boolean> {
    const { members } = await this.context.log.standing(place, this.context.signal)
    const held = members[slot]
    return held !== undefined && held.role !== Role.none && sameBytes(held.key, key.key)
  }

  /** Stored before it is used. */
  private async archiveKey(): Promise<Bytes32> {
    const { store, random } = this.context
    const stored = await store.get(keyName)
    if (stored !== undefined) return stored
    const key = random(keyBytes)
    await store.write([{ key: keyName, value: key }])
    return key
  }
}
