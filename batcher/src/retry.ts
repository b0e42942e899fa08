import { type Clock, CodedError } from '@parley/protocol'

/** How failures are met: who is told, and how long to wait. */
export interface RetryPolicy {
  readonly clock: Clock
  readonly firstBackoffMs: number
  readonly maxBackoffMs: number
  /** Told of every failure before the wait. */
  readonly onFault: (error: CodedError, waitMs: number) => void
}

/** Milliseconds before the next attempt after `failures` failures in a row. */
export function backoffMs(failures: number, policy: Pick<RetryPolicy, 'firstBackoffMs' | 'maxBackoffMs'>): number {
  return Math.min(policy.maxBackoffMs, policy.firstBackoffMs * 2 ** Math.min(failures, 30))
}

/** Repeats `action` for as long as it fails with a fault that says `later`. @throws any other failure. */
export async function retrying<T>(action: () => Promise<T>, policy: RetryPolicy, signal: AbortSignal): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted()
    try {
      return await action()
    } catch (error) {
      if (signal.aborted || !(error instanceof CodedError) || error.meaning.retry !== 'later') throw error
      const waitMs = backoffMs(failures, policy)
      policy.onFault(error, waitMs)
      await policy.clock.sleep(waitMs, signal)
    }
  }
}
