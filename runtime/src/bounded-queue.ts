import type { Clock } from './clock.ts'
import { raceAbort } from './race-abort.ts'

export interface QueueDeps<T> {
  readonly clock: Clock
  /** What an item counts for; the sum is `weight`. */
  readonly weigh: (item: T) => number
  readonly onChange: (queue: BoundedQueue<T>) => void
}

/** Items between one writer and one reader, in order; the writer waits while it is full. */
export class BoundedQueue<T> {
  weight = 0
  private readonly items: T[] = []
  private failure: { readonly error: unknown } | undefined
  private wakeReader = (): void => undefined
  private wakeWriter = (): void => undefined
  private readonly deps: QueueDeps<T>
  private readonly maxLength: number
  private readonly maxWeight: number

  /** @param maxWeight - Sum of weights from which nothing more is added; one item is taken in any case. */
  constructor(deps: QueueDeps<T>, maxLength: number, maxWeight = Number.POSITIVE_INFINITY) {
    this.deps = deps
    this.maxLength = maxLength
    this.maxWeight = maxWeight
  }

  get length(): number {
    return this.items.length
  }

  get oldest(): T | undefined {
    return this.items[0]
  }

  /** Waits until an item can be added. @throws the signal's reason when it aborts first. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.items.length >= this.maxLength || (this.items.length > 0 && this.weight >= this.maxWeight))
      await called(signal, (wake) => {
        this.wakeWriter = wake
      })
  }

  /** Adds an item; ask for `room` before. */
  push(item: T): void {
    this.items.push(item)
    this.weight += this.deps.weigh(item)
    this.deps.onChange(this)
    this.wakeReader()
  }

  /** Lets the reader fail once everything that came before is taken. */
  fail(error: unknown): void {
    this.failure = { error }
    this.wakeReader()
  }

  /**
   * The next item, left in its place; undefined when none comes before `deadline` (milliseconds of the clock's `elapsed`).
   * @throws what the writer failed with; the signal's reason when it aborts first.
   */
  async peek(signal: AbortSignal): Promise<T>
  async peek(signal: AbortSignal, deadline: number | undefined): Promise<T | undefined>
  async peek(signal: AbortSignal, deadline?: number): Promise<T | undefined> {
    while (true) {
      signal.throwIfAborted()
      if (this.items.length > 0) return this.items[0]
      if (this.failure !== undefined) throw this.failure.error
      const leftMs = deadline === undefined ? undefined : deadline - this.deps.clock.elapsed()
      if (leftMs !== undefined && leftMs <= 0) return undefined
      await this.filled(leftMs, signal)
    }
  }

  /** Takes the item last peeked at. */
  take(): void {
    const taken = this.items.shift()
    if (taken === undefined) return
    this.weight -= this.deps.weigh(taken)
    this.deps.onChange(this)
    this.wakeWriter()
  }

  /** Puts items that were taken back before all others, in their order; they may be more than there is room for. */
  putBack(items: readonly T[]): void {
    if (items.length === 0) return
    this.items.unshift(...items)
    for (const item of items) this.weight += this.deps.weigh(item)
    this.deps.onChange(this)
  }

  private async filled(waitMs: number | undefined, signal: AbortSignal): Promise<void> {
    const timer = new AbortController()
    try {
      await called(signal, (wake) => {
        this.wakeReader = wake
        // The sleep rejects only when this wait is over or the signal has ended it.
        if (waitMs !== undefined)
          this.deps.clock.sleep(waitMs, AbortSignal.any([signal, timer.signal])).then(wake, () => undefined)
      })
    } finally {
      timer.abort()
    }
  }
}

/** Waits for the callback to be called; rejects with the signal's reason when it aborts first. */
function called(signal: AbortSignal, arm: (wake: () => void) => void): Promise<void> {
  return raceAbort(new Promise<void>(arm), signal)
}
