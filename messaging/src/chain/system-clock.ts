import { millis } from '@parley/protocol/light'
import { systemClock as machine } from '@parley/runtime'
import type { Clock } from '../ports/clock.ts'

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => millis(BigInt(machine.now())),
  wait: (ms, signal) => machine.sleep(ms, signal),
}
