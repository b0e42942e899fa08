import { type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import type { L1 } from './l1.ts'

export interface ScheduleDeps {
  readonly l1: Pick<L1, 'blobSchedule'>
  readonly clock: Clock
  readonly log: Logger
}

const everyMs = 3_600_000

/**
 * Looks at the L1's schedule of blobs every hour until the signal aborts, and says how many blobs one publication may have: fewer
 * than it was configured for when a block takes fewer. A fork to come that lowers that is told of in advance, once.
 */
export async function followSchedule(
  { l1, clock, log }: ScheduleDeps,
  maxBlobs: number,
  allow: (blobs: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let allowed = maxBlobs
  let warnedOf: number | undefined
  while (!signal.aborted) {
    try {
      const schedule = await l1.blobSchedule(signal)
      const now = Math.min(maxBlobs, schedule?.max ?? maxBlobs)
      if (now !== allowed)
        log.warn({ before: allowed, blobs: now }, 'a publication may have another number of blobs now')
      allowed = now
      allow(now)
      const next = schedule?.next
      if (next !== undefined && next.max < maxBlobs && next.activationTime !== warnedOf) {
        warnedOf = next.activationTime
        const from = new Date(next.activationTime * 1_000).toISOString()
        log.warn({ from, blobs: next.max, maxBlobs }, 'a fork of the L1 lowers the blobs that a publication may have')
      }
    } catch (error) {
      // What is known stays; every call says when the L1 is out of reach.
      if (!signal.aborted) log.debug({ err: error }, 'the L1 does not tell its schedule of blobs')
    }
    await pause(clock, everyMs, signal)
  }
}
