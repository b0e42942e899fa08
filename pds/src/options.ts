import { PdsError } from './faults.ts'

/** How much a service takes on, and how it keeps up. All optional. */
export interface PdsOptions {
  /** Users at most. @default 10,000 */
  readonly maxUsers?: number
  /** Bytes of archive segments of one user. @default 256 MiB */
  readonly archiveBytesPerUser?: number
  /** Milliseconds between looks at a user's inbox on the L2; with many users, longer. @default 2,000 */
  readonly inboxEveryMs?: number
  /** Milliseconds between looks for a new final claim. @default 10,000 */
  readonly finalEveryMs?: number
  /** Milliseconds between checkpoints of one user. @default a day */
  readonly checkpointEveryMs?: number
  /** Milliseconds that what the service knows may be old before it signs nothing. @default 120,000 */
  readonly maxBehindMs?: number
  /** Contents fetched at once. @default 8 */
  readonly fetchAtOnce?: number
  /** Milliseconds for which a content that no store has is looked for. @default 7 days */
  readonly fetchForMs?: number
}

export type PdsSettings = Required<PdsOptions>

const day = 86_400_000
const most = Number.MAX_SAFE_INTEGER

/** Default, minimum and maximum of each. */
export const pdsBounds = {
  maxUsers: [10_000, 0, 10_000_000],
  archiveBytesPerUser: [256 * 2 ** 20, 0, most],
  inboxEveryMs: [2_000, 50, day],
  finalEveryMs: [10_000, 50, day],
  checkpointEveryMs: [day, 1_000, 30 * day],
  maxBehindMs: [120_000, 1_000, 600_000],
  fetchAtOnce: [8, 1, 256],
  fetchForMs: [7 * day, 1_000, 90 * day],
} as const satisfies { readonly [option in keyof PdsSettings]: readonly [number, number, number] }

/** Fills in defaults. @throws {PdsError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: PdsOptions): PdsSettings {
  const entries = Object.entries(pdsBounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof PdsOptions] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new PdsError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as PdsSettings
}
