/** Lets a bounded number of callers at something at once, the others in the order in which they came. */
export class Turns {
  private free: number
  private readonly waiting: (() => void)[] = []

  /** @param places - Callers at once, at least 1. */
  constructor(places: number) {
    this.free = places
  }

  /** Whether the next caller has to wait. */
  get isFull(): boolean {
    return this.free === 0
  }

  /** Callers that wait. */
  get length(): number {
    return this.waiting.length
  }

  /**
   * Runs `use` when it is the caller's turn.
   * @throws what `use` throws; the signal's reason when it aborts before the turn has come.
   */
  async take<T>(use: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const leave = await this.enter(signal)
    try {
      return await use()
    } finally {
      leave()
    }
  }

  /**
   * Waits for the caller's turn, which lasts until it calls what this resolves to.
   * @throws the signal's reason when it aborts before the turn has come.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.free > 0) this.free -= 1
    else await this.turn(signal)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.leave()
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const come = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(come), 1)
        reject(signal.reason)
      }
      this.waiting.push(come)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  private leave(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.free += 1
    else next()
  }
}
