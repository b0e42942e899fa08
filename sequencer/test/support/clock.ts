import type { Clock } from '@parley/protocol'

/** A clock that moves when it is told to. */
export class ManualClock implements Clock {
  private time: number
  private readonly sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()

  constructor(time = 1_000_000) {
    this.time = time
  }

  now(): number {
    return this.time
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleeper = { at: this.time + ms, wake: resolve }
    this.sleepers.add(sleeper)
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    return promise.finally(() => {
      this.sleepers.delete(sleeper)
      signal.removeEventListener('abort', abort)
    })
  }

  /** Moves on and wakes who has slept long enough. */
  advance(ms: number): void {
    this.time += ms
    for (const sleeper of this.sleepers) if (sleeper.at <= this.time) sleeper.wake()
  }

  get sleeping(): number {
    return this.sleepers.size
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', abort))
  },
}
