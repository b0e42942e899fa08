import { type Clock, systemClock } from '@parley/runtime'

export interface PollOptions {
  /** Milliseconds between questions. @default 500 */
  readonly everyMs?: number
  readonly clock?: Clock
}

/** Asks until there is an answer. @throws what asking throws; the signal's reason when it aborts. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  signal: AbortSignal,
  { everyMs = 500, clock = systemClock }: PollOptions = {},
): Promise<T> {
  while (true) {
    signal.throwIfAborted()
    const found = await ask()
    if (found !== undefined) return found
    await clock.sleep(everyMs, signal)
  }
}
