import { setTimeout } from 'node:timers/promises'
import type { Clock } from '@parley/protocol'

/** Real time. */
export const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    setTimeout(ms, undefined, { signal }).catch((error) => {
      throw signal.aborted ? signal.reason : error
    }),
}

/** Waits until `condition` holds; fails after `withinMs`. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`)
    await setTimeout(10)
  }
}
