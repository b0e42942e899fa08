import { BatcherError } from '../faults.ts'

/** How patiently a part's layers are judged. Times in milliseconds, by the process's clock. */
export interface PolicySettings {
  /** How long a layer may ask for more than the configured limit before another one is used. @default 600_000 */
  readonly feePatienceMs: number
  /** How long a layer may fail without any success, five times at least, before another one is used. @default 600_000 */
  readonly outagePatienceMs: number
  /** How long one attempt may stay without any answer; longer than the slowest inclusion. @default 1_800_000 */
  readonly stallPatienceMs: number
  /** The first probe of the home layer comes after so many batches elsewhere, @default 10 */
  readonly probeAfterBatches: number
  /** or after so long, whichever is first. @default 1_800_000 */
  readonly probeAfterMs: number
  /** The wait between probes doubles with each that failed, up to this. @default 14_400_000 */
  readonly maxProbeMs: number
  /** Between two switches of one part at least. @default 300_000 */
  readonly switchEveryMs: number
  /** A layer whose quotes are below so many hundredths of the home layer's, all the time for so long, is cheaper. @default 70 */
  readonly cheaperPercent: number
  /** @default 1_800_000 */
  readonly cheaperForMs: number
}

const minute = 60_000
const day = 1_440 * minute

const bounds: {
  readonly [setting in keyof PolicySettings]: readonly [standard: number, least: number, most: number]
} = {
  feePatienceMs: [10 * minute, 0, day],
  outagePatienceMs: [10 * minute, 0, day],
  stallPatienceMs: [30 * minute, 1_000, day],
  probeAfterBatches: [10, 1, 1_000_000],
  probeAfterMs: [30 * minute, 0, day],
  maxProbeMs: [240 * minute, 1_000, day],
  switchEveryMs: [5 * minute, 0, day],
  cheaperPercent: [70, 1, 99],
  cheaperForMs: [30 * minute, 0, day],
}

/** Fills in defaults. @throws {BatcherError} `OPTION_OUT_OF_RANGE`. */
export function policySettingsOf(options: Partial<PolicySettings> = {}): PolicySettings {
  const entries = Object.entries(bounds).map(([setting, [standard, minimum, maximum]]) => {
    const value = options[setting as keyof PolicySettings] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new BatcherError({ code: 'OPTION_OUT_OF_RANGE', option: `policy.${setting}`, value, minimum, maximum })
    return [setting, value]
  })
  return Object.fromEntries(entries) as PolicySettings
}
