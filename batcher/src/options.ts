import { codecLimits, limits } from '@parley/protocol'
import { BatcherError } from './faults.ts'
import type { PolicySettings } from './policy/settings.ts'

/** When a batch closes and how patiently failures are met. All optional; the defaults suit an L2 with 2 s blocks. */
export interface BatcherOptions {
  /** Post a partial batch once its oldest block waited this long here. Milliseconds, 0 to a day. @default 600_000 */
  readonly maxAgeMs?: number
  /** Or earlier, once a byte costs at most so many hundredths more than in the fullest batch. 0 to 10,000. @default 20 */
  readonly maxFixedPercent?: number
  /** Blocks of one batch, 1 to 1,024. @default 1_024 */
  readonly maxBlocks?: number
  /** Bytes of an encoded part, beside what its DA layer takes. @default 32 MiB */
  readonly maxCoreBytes?: number
  readonly maxWitnessBytes?: number
  /** Batches published at the same time; claims go out in order all the same. 1 to 16. @default 8 */
  readonly maxBatchesInFlight?: number
  /** Bytes of those batches at which no other is begun, 1 to 1 GiB. @default 64 MiB */
  readonly maxBytesInFlight?: number
  /** Blocks read ahead, 1 to 65,536. @default 1_024 */
  readonly maxBufferedBlocks?: number
  /** Bytes of both parts of blocks read ahead from which no more is read, 1 byte to 64 GiB. @default 64 MiB */
  readonly maxBufferedBytes?: number
  /** How often finality and the claims standing are looked at. Milliseconds, at least 50. @default 5_000 */
  readonly watchEveryMs?: number
  /** Wait after a failure: doubles from the first to the longest. Milliseconds. @default 200 and 30_000 */
  readonly firstBackoffMs?: number
  readonly maxBackoffMs?: number
  /** When a part goes to another of its layers. */
  readonly policy?: Partial<PolicySettings>
}

export type BatcherSettings = Required<Omit<BatcherOptions, 'policy'>>

const bounds: { readonly [option in keyof BatcherSettings]: readonly [standard: number, least: number, most: number] } =
  {
    maxAgeMs: [600_000, 0, 86_400_000],
    maxFixedPercent: [20, 0, 10_000],
    maxBlocks: [limits.blocksPerBatch, 1, limits.blocksPerBatch],
    maxCoreBytes: [codecLimits.maxPartBytes, 1, codecLimits.maxPartBytes],
    maxWitnessBytes: [codecLimits.maxPartBytes, 1, codecLimits.maxPartBytes],
    maxBatchesInFlight: [8, 1, 16],
    maxBytesInFlight: [64 * 2 ** 20, 1, 2 ** 30],
    maxBufferedBlocks: [1_024, 1, 65_536],
    maxBufferedBytes: [64 * 1024 * 1024, 1, 64 * 1024 * 1024 * 1024],
    watchEveryMs: [5_000, 50, 86_400_000],
    firstBackoffMs: [200, 1, 3_600_000],
    maxBackoffMs: [30_000, 1, 3_600_000],
  }

/** Fills in defaults. @throws {BatcherError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: BatcherOptions): BatcherSettings {
  const entries = Object.entries(bounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof BatcherSettings] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new BatcherError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as BatcherSettings
}
