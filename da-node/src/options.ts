import { maxPartBytes } from '@parley/da-adapters/committee'
import { DaNodeError } from './faults.ts'

/** What a DA node takes, for how long, and how it follows the L2. All optional. */
export interface DaNodeOptions {
  /** Bytes of one part, 1 to 16 MiB. @default 7 MiB */
  readonly maxPartBytes?: number
  /** Seconds ahead of the L2's time for which a part is taken at least and at most. @default 1 and 21 days */
  readonly minRetentionSeconds?: number
  readonly maxRetentionSeconds?: number
  /** Bytes of all parts together. @default 100 GiB */
  readonly maxStoredBytes?: number
  /** Bytes that stay free on the disk. @default 1 GiB */
  readonly minFreeBytes?: number
  /** Bytes that one claimer may store within 24 h of the L2's time, and have stored at once. @default 20 and 100 GiB */
  readonly claimerBytesPerDay?: number
  readonly claimerOpenBytes?: number
  /** Uploads at once. @default 4 */
  readonly maxUploads?: number
  /** Milliseconds between looks at the L2. @default 1_000 */
  readonly pollMs?: number
  /** Milliseconds without an answer of the L2 after which nothing is taken or signed. @default 30_000 */
  readonly staleMs?: number
  /** Milliseconds for which the L2's answer who may claim is believed. @default 10_000 */
  readonly claimerMs?: number
  /** Milliseconds between looks for questions, and for which each later member of a certificate leaves the answer to the ones before it. @default 5_000 and 20_000 */
  readonly questionsEveryMs?: number
  readonly answerSpreadMs?: number
}

export type DaNodeSettings = Required<DaNodeOptions>

const GiB = 2 ** 30
const day = 86_400
const most = Number.MAX_SAFE_INTEGER

/** Default, minimum and maximum of each. */
export const daNodeBounds = {
  maxPartBytes: [7 * 2 ** 20, 1, maxPartBytes],
  minRetentionSeconds: [1, 0, 30 * day],
  maxRetentionSeconds: [21 * day, 1, 365 * day],
  maxStoredBytes: [100 * GiB, 1, most],
  minFreeBytes: [GiB, 0, most],
  claimerBytesPerDay: [20 * GiB, 1, most],
  claimerOpenBytes: [100 * GiB, 1, most],
  maxUploads: [4, 1, 64],
  pollMs: [1_000, 10, 60_000],
  staleMs: [30_000, 10, 3_600_000],
  claimerMs: [10_000, 0, 3_600_000],
  questionsEveryMs: [5_000, 10, 3_600_000],
  answerSpreadMs: [20_000, 0, 3_600_000],
} as const satisfies { readonly [option in keyof DaNodeSettings]: readonly [number, number, number] }

/** Fills in defaults. @throws {DaNodeError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: DaNodeOptions): DaNodeSettings {
  const entries = Object.entries(daNodeBounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof DaNodeOptions] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new DaNodeError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as DaNodeSettings
}
