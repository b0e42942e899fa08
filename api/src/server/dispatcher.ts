/** Requests sent ahead that are begun between two looks for input, of all connections together. */
const requestsPerTurn = 32

/** Something that has requests waiting. */
export interface Waiting {
  /** Begins one request. @returns whether another can be begun. */
  beginOne(): boolean
}

/**
 * Begins requests that were sent ahead, connection by connection. Answers that are made without waiting would otherwise
 * follow one another until none is left, and nobody else would be heard meanwhile.
 */
export class Dispatcher {
  private readonly queue: Waiting[] = []
  private scheduled = false

  add(waiting: Waiting): void {
    this.queue.push(waiting)
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled || this.queue.length === 0) return
    this.scheduled = true
    setImmediate(() => this.turn())
  }

  private turn(): void {
    this.scheduled = false
    for (let begun = 0; begun < requestsPerTurn; begun += 1) {
      const next = this.queue.shift()
      if (next === undefined) return
      if (next.beginOne()) this.queue.push(next)
    }
    this.schedule()
  }
}
