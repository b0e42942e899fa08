import { backoffMs, type RetryPolicy } from './backoff.ts'
import { pause } from './clock.ts'

/** What is followed, and what becomes of each item. */
export interface Followed<T> {
  /** Opens the stream where the last item left off. */
  readonly open: (signal: AbortSignal) => AsyncIterable<T>
  readonly take: (item: T) => Promise<void>
}

/**
 * Takes what a stream gives, one item after the other, until `signal` aborts; opens the stream anew when it ends or fails in
 * passing. The waits in between grow until an item is taken again.
 * @throws failures of stream and items that do not pass.
 */
export async function following<T, E>(
  { open, take }: Followed<T>,
  policy: RetryPolicy<E>,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const item of open(signal)) {
        await take(item)
        if (failures > 0) policy.onMended?.()
        failures = 0
      }
    } catch (error) {
      if (signal.aborted) return
      if (!policy.passes(error)) throw error
      policy.onFault(error, backoffMs(failures, policy))
    }
    await pause(policy.clock, backoffMs(failures, policy), signal)
    failures += 1
  }
}
