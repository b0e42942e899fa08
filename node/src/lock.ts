import { NodeError } from './faults.ts'

/** Lets one at a time at the state, in the order of asking; those who work on it together count as one. */
export class StateLock {
  private held = false
  /** Calls that hold it together. */
  private sharing = 0
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
    if (this.held) await this.turn()
    this.held = true
    try {
      return await use()
    } finally {
      this.release()
    }
  }

  /** Runs `use` beside the calls of this kind that are under way, unless somebody waits who asked before. */
  async together<T>(use: () => Promise<T>): Promise<T> {
    const joins = this.sharing > 0 && this.waiting.length === 0
    if (this.held && !joins) await this.turn()
    this.held = true
    this.sharing += 1
    try {
      return await use()
    } finally {
      this.sharing -= 1
      if (this.sharing === 0) this.release()
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  private release(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.held = false
    else next()
  }
}
