import { type Millis, millis } from '@parley/protocol/light'
import type { Clock } from '../../src/index.ts'

/** Time that stands still until it is moved. Nothing waits for it for ever: what it bounds ends by itself. */
export class ManualClock implements Clock {
  /** The library compares lifetimes with the machine's time when it makes a commit. */
  private time = BigInt(Date.now())

  now(): Millis {
    return millis(this.time)
  }

  pass(ms: number): void {
    this.time += BigInt(ms)
  }

  wait(_: number, signal: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    )
  }
}
