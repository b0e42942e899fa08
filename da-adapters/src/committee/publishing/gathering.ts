import type { Clock } from '@parley/runtime'
import { maxParts } from '../layer.ts'

/** Brings together what comes within a moment of each other: core and witness of one batch then share a certificate. */
export class Gathering<T> {
  private readonly clock: Clock
  private readonly momentMs: number
  private readonly signal: AbortSignal
  private open: { readonly items: T[]; readonly close: () => void; readonly closed: Promise<readonly T[]> } | undefined

  /** @param signal - Ends every wait. */
  constructor(clock: Clock, momentMs: number, signal: AbortSignal) {
    this.clock = clock
    this.momentMs = momentMs
    this.signal = signal
  }

  /** Adds an item. @returns all that came together, the same array for each of them. */
  join(item: T): Promise<readonly T[]> {
    const open = this.open ?? this.begin()
    open.items.push(item)
    if (open.items.length === maxParts) open.close()
    return open.closed
  }

  private begin() {
    const items: T[] = []
    const { promise: closed, resolve } = Promise.withResolvers<readonly T[]>()
    const close = (): void => {
      if (this.open === open) this.open = undefined
      resolve(items)
    }
    const open = { items, close, closed }
    this.open = open
    // An abort closes it early; whoever waits looks at the signal.
    this.clock.sleep(this.momentMs, this.signal).then(close, close)
    return open
  }
}
