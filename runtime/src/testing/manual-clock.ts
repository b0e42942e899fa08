import type { Clock } from '../clock.ts'

interface Sleeper {
  readonly until: number
  wake(): void
}

/** A clock that stands until it is moved: by time that passes, or by somebody who sets it. */
export class ManualClock implements Clock {
  private time: number
  private passed = 0
  private readonly sleepers = new Set<Sleeper>()

  constructor(time = 1_700_000_000_000) {
    this.time = time
  }

  now(): number {
    return this.time
  }

  elapsed(): number {
    return this.passed
  }

  /** Sets it to another time of day, while none passes: no sleeper wakes of that. */
  set(time: number): void {
    this.time = time
  }

  /** Milliseconds from now at which each sleeper wakes, in the order in which they went to sleep. */
  get waits(): number[] {
    return [...this.sleepers].map(({ until }) => until - this.passed)
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = (): void => {
      this.sleepers.delete(sleeper)
      reject(signal.reason)
    }
    const sleeper: Sleeper = {
      until: this.passed + ms,
      wake: () => {
        this.sleepers.delete(sleeper)
        signal.removeEventListener('abort', giveUp)
        resolve()
      },
    }
    signal.addEventListener('abort', giveUp, { once: true })
    this.sleepers.add(sleeper)
    return promise
  }

  /** Moves on and wakes whoever has slept long enough, the earliest due first. */
  advance(ms: number): void {
    this.time += ms
    this.passed += ms
    const due = [...this.sleepers].filter(({ until }) => until <= this.passed).sort((a, b) => a.until - b.until)
    for (const sleeper of due) sleeper.wake()
  }
}
