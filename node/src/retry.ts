import type { Clock } from '@parley/protocol'

export interface BackoffOptions {
  readonly firstBackoffMs: number
  readonly maxBackoffMs: number
}

/** Milliseconds before the next attempt after `failures` failures in a row. */
export function backoffMs(failures: number, { firstBackoffMs, maxBackoffMs }: BackoffOptions): number {
  return Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(failures, 30))
}

/** Waits; returns early, without an error, when the signal aborts. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
