import { backoffMs } from '@parley/runtime'
import type { Clock } from '../ports/clock.ts'

const backoff = { firstBackoffMs: 500, maxBackoffMs: 30_000 }
/** Milliseconds after which what ran is taken to have run well. */
const wellMs = 60_000n

/** Runs something again and again, whatever stops it, until `signal` aborts. @param report - Is told what stopped it. */
export async function keepRunning(
  run: (signal: AbortSignal) => Promise<unknown>,
  clock: Clock,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const began = clock.now()
    try {
      await run(signal)
    } catch (error) {
      if (signal.aborted) return
      report(error)
    }
    if (clock.now() > began + wellMs) failures = 0
    try {
      await clock.wait(backoffMs(failures, backoff), signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
