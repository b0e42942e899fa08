import type { Clock } from '../clock.ts'

/** A clock that passes over every wait and remembers how long it was: for what waits one thing after another. */
export class SkippingClock implements Clock {
  readonly waits: number[] = []
  private passed = 0

  now(): number {
    return 1_700_000_000_000 + this.passed
  }

  elapsed(): number {
    return this.passed
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.waits.push(ms)
    this.passed += ms
  }
}
