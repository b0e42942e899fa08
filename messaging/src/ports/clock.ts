import type { Millis } from '@parley/protocol/light'

/** Time of the device. It delays and warns; no state follows from it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): Millis
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason once it aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}
