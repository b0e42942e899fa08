import type { ContentClass } from '../contents.ts'
import { ContentError } from '../faults.ts'

/** What a store keeps, and for how long. All optional. */
export interface StoreOptions {
  /** Milliseconds for which contents of each class are kept. @default 30 days, handshakes and invites 90 */
  readonly applicationMs?: number
  readonly handshakeMs?: number
  readonly inviteMs?: number
  readonly attachmentMs?: number
  /** Milliseconds for which a content stays once all its readers have acknowledged it. @default 1 hour */
  readonly graceMs?: number
  /** Bytes of all contents together, each counted by its size class. @default 100 GiB */
  readonly maxStoredBytes?: number
  /** Milliseconds between looks for what has to go. @default 10_000 */
  readonly sweepEveryMs?: number
}

export type StoreSettings = Required<StoreOptions>

const day = 86_400_000
const most = Number.MAX_SAFE_INTEGER

/** Default, minimum and maximum of each. */
export const storeBounds = {
  applicationMs: [30 * day, 1_000, 3_650 * day],
  handshakeMs: [90 * day, 1_000, 3_650 * day],
  inviteMs: [90 * day, 1_000, 3_650 * day],
  attachmentMs: [30 * day, 1_000, 3_650 * day],
  graceMs: [3_600_000, 0, 30 * day],
  maxStoredBytes: [100 * 2 ** 30, 512, most],
  sweepEveryMs: [10_000, 10, day],
} as const satisfies { readonly [option in keyof StoreSettings]: readonly [number, number, number] }

/** Fills in defaults. @throws {ContentError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: StoreOptions): StoreSettings {
  const entries = Object.entries(storeBounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof StoreOptions] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new ContentError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as StoreSettings
}

/** Milliseconds for which a class is kept. */
export function retentionOf(settings: StoreSettings): Readonly<Record<ContentClass, number>> {
  const { applicationMs, handshakeMs, inviteMs, attachmentMs } = settings
  return { application: applicationMs, handshake: handshakeMs, invite: inviteMs, attachment: attachmentMs }
}
