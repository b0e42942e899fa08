import { setTimeout } from 'node:timers/promises'
import type { Clock } from '@parley/protocol'

/** The machine's own time. */
export const clock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    try {
      await setTimeout(ms, undefined, { signal })
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  },
}
