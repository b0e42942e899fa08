import { codecLimits, limits } from '@parley/protocol'
import { BatcherError } from './faults.ts'

/** When a batch closes and how patiently failures are met. All optional; the defaults suit an L2 with 2 s blocks. */
export interface BatcherOptions {
  /** Post a partial batch once its oldest block waited this long here. Milliseconds, 0 to a day. @default 5_000 */
  readonly maxAgeMs?: number
  /** Blocks of one batch, 1 to 1,024. @default 1_024 */
  readonly maxBlocks?: number
  /** Bytes of an encoded part, beside what its DA layer takes. @default 32 MiB */
  readonly maxCoreBytes?: number
  readonly maxWitnessBytes?: number
  /** Batches published at the same time; claims go out in order all the same. 1 to 16. @default 2 */
  readonly maxBatchesInFlight?: number
  /** Blocks read ahead, 1 to 65,536. @default 1_024 */
  readonly maxBufferedBlocks?: number
  /** Bytes of both parts of blocks read ahead from which no more is read, 1 byte to 64 GiB. @default 64 MiB */
  readonly maxBufferedBytes?: number
  /** How often finality and the claims standing are looked at. Milliseconds, at least 50. @default 5_000 */
  readonly watchEveryMs?: number
  /** Wait after a failure: doubles from the first to the longest. Milliseconds. @default 200 and 30_000 */
  readonly firstBackoffMs?: number
  readonly maxBackoffMs?: number
}

export type BatcherSettings = Required<BatcherOptions>

const bounds: { readonly [option in keyof BatcherSettings]: readonly [standard: number, least: number, most: number] } =
  {
    maxAgeMs: [5_000, 0, 86_400_000],
    maxBlocks: [limits.blocksPerBatch, 1, limits.blocksPerBatch],
    maxCoreBytes: [codecLimits.maxPartBytes, 1, codecLimits.maxPartBytes],
    maxWitnessBytes: [codecLimits.maxPartBytes, 1, codecLimits.maxPartBytes],
    maxBatchesInFlight: [2, 1, 16],
    maxBufferedBlocks: [1_024, 1, 65_536],
    maxBufferedBytes: [64 * 1024 * 1024, 1, 64 * 1024 * 1024 * 1024],
    watchEveryMs: [5_000, 50, 86_400_000],
    firstBackoffMs: [200, 1, 3_600_000],
    maxBackoffMs: [30_000, 1, 3_600_000],
  }

/** Fills in defaults. @throws {BatcherError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: BatcherOptions): BatcherSettings {
  const entries = Object.entries(bounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof BatcherOptions] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new BatcherError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as BatcherSettings
}
