import type { Clock } from './clock.ts'

export interface BackoffOptions {
  /** Milliseconds before the second attempt; doubled for each one more. */
  readonly firstBackoffMs: number
  /** Milliseconds between attempts at most. */
  readonly maxBackoffMs: number
}

/** Milliseconds before the next attempt after `failures` failures in a row. */
export function backoffMs(failures: number, { firstBackoffMs, maxBackoffMs }: BackoffOptions): number {
  return Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(failures, 30))
}

/**
 * A part of a wait, from nothing to all of it, so that many who failed together do not come back together.
 * @param random - Draws from 0 to below 1.
 */
export function jitteredMs(waitMs: number, random: () => number): number {
  return waitMs * random()
}

/** How failures are met. */
export interface RetryPolicy<E> extends BackoffOptions {
  readonly clock: Clock
  /** Whether to try again after `error`; whatever else is thrown ends the attempts. */
  readonly passes: (error: unknown) => error is E
  /** Told of every failure before the wait. */
  readonly onFault: (error: E, waitMs: number) => void
  /** Told when an attempt after failures has succeeded. */
  readonly onMended?: () => void
}

/** Repeats `action` for as long as its failures pass. @throws any other failure; the signal's reason when it aborts. */
export async function retrying<T, E>(
  action: () => Promise<T>,
  policy: RetryPolicy<E>,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted()
    try {
      const result = await action()
      if (failures > 0) policy.onMended?.()
      return result
    } catch (error) {
      if (signal.aborted || !policy.passes(error)) throw error
      const waitMs = backoffMs(failures, policy)
      policy.onFault(error, waitMs)
      await policy.clock.sleep(waitMs, signal)
    }
  }
}
