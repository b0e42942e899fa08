import { sameBytes } from '@parley/protocol/light'
import type { Pulse } from '@parley/runtime'
import type { Draft } from '../codec/payload.ts'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import { type Preference, put } from '../devices/preference.ts'
import type { Store } from '../ports/store.ts'

/** What this device has of one preference. */
interface Kept {
  readonly value: Uint8Array
  /** Where the own group has it; undefined for one that was not read there yet: it will come last. */
  readonly position: bigint | undefined
}

const prefix = 'preference/'

/** What all devices of an identity share, by `put/1` in their own group. Without such a group this device has them alone. */
export class Preferences {
  private readonly store: Store
  private readonly changed: Pulse
  private turn: Promise<unknown> = Promise.resolve()

  constructor(store: Store, changed: Pulse) {
    this.store = store
    this.changed = changed
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.kept(key))?.value
  }

  /** Keeps a preference; what is returned is to be said in the own group. @throws {MessagingError} `FRAME_INVALID`. */
  async put(preference: Preference): Promise<Draft> {
    const draft = put(preference)
    await this.alone(() => this.write(preference.key, { value: preference.value, position: undefined }))
    return draft
  }

  /** Takes what a device of the identity said in the own group. */
  take({ key, value }: Preference, position: bigint, isOwn: boolean): Promise<void> {
    return this.alone(async () => {
      const before = await this.kept(key)
      const isWaiting = before !== undefined && before.position === undefined
      // What this device said last has its place still to come, and counts then.
      if (isWaiting && !(isOwn && sameBytes(before.value, value))) return
      if (before?.position !== undefined && before.position > position) return
      await this.write(key, { value, position })
    })
  }

  /** All that a newcomer is to be given; `waiting`: only those that the own group does not have. */
  async drafts(which: 'all' | 'waiting'): Promise<readonly Draft[]> {
    const drafts: Draft[] = []
    for await (const [name, bytes] of this.store.list(prefix)) {
      const { value, position } = decodeValue(bytes) as Kept
      if (which === 'all' || position === undefined) drafts.push(put({ key: name.slice(prefix.length), value }))
    }
    return drafts
  }

  private async kept(key: string): Promise<Kept | undefined> {
    const bytes = await this.store.get(prefix + key)
    return bytes && (decodeValue(bytes) as Kept)
  }

  private async write(key: string, kept: Kept): Promise<void> {
    await this.store.write([{ key: prefix + key, value: encodeValue(kept) }])
    this.changed.beat()
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => undefined)
    return result
  }
}
