import { PushError } from './faults.ts'

/** How much a service takes on, and how it keeps up. All optional. */
export interface PushOptions {
  /** Milliseconds between two wake-ups of one registration at least. @default 30,000 */
  readonly everyMs?: number
  /** Registrations at most. @default 100,000 */
  readonly maxRegistrations?: number
  /** Of those, by address that registered them. @default 32 */
  readonly maxRegistrationsPerAddress?: number
  /** Milliseconds for which a registration is taken at most. @default 30 days */
  readonly maxExpiryMs?: number
  /** Wake-ups under way at once. @default 64 */
  readonly sendAtOnce?: number
  /** Milliseconds for one of them. @default 10,000 */
  readonly sendTimeoutMs?: number
  /** Refusals in a row after which a registration ends. @default 10 */
  readonly maxRefusals?: number
}

export type PushSettings = Required<PushOptions>

const day = 86_400_000

/** Default, minimum and maximum of each. */
export const pushBounds = {
  everyMs: [30_000, 100, day],
  maxRegistrations: [100_000, 0, 10_000_000],
  maxRegistrationsPerAddress: [32, 0, 10_000_000],
  maxExpiryMs: [30 * day, 60_000, 365 * day],
  sendAtOnce: [64, 1, 1_024],
  sendTimeoutMs: [10_000, 100, 60_000],
  maxRefusals: [10, 1, 1_000],
} as const satisfies { readonly [option in keyof PushSettings]: readonly [number, number, number] }

/** Fills in defaults. @throws {PushError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: PushOptions): PushSettings {
  const entries = Object.entries(pushBounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof PushOptions] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new PushError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as PushSettings
}
