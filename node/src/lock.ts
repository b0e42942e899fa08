import { NodeError } from './faults.ts'

/** Lets one at a time at the state, in the order of asking. */
export class StateLock {
  private held = false
  private readonly waiting: (() => void)[] = []
  private readonly maxWaiting: number

  constructor(maxWaiting: number) {
    this.maxWaiting = maxWaiting
  }

  /** Runs `use` alone. Verification always waits its turn; readings are refused when too many wait. @throws {NodeError} `OVERLOADED`. */
  async alone<T>(use: () => Promise<T>, priority: 'verify' | 'read' = 'verify'): Promise<T> {
    if (priority === 'read' && this.waiting.length >= this.maxWaiting)
      throw new NodeError({
        code: 'OVERLOADED',
        waiting: this.waiting.length,
        maximum: this.maxWaiting,
        retryAfterMs: 1000,
      })
    if (this.held) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.held = true
    try {
      return await use()
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.held = false
      else next()
    }
  }
}
