import { toHex } from '@parley/protocol'
import type { Clock } from '@parley/runtime'

/** What was used once, for as long as it could be used again. Each turn of the time keeps two halves, and forgets the older one. */
export class Nonces {
  private readonly clock: Clock
  private readonly forMs: number
  private newer = new Set<string>()
  private older = new Set<string>()
  private turnedAt: number

  constructor(clock: Clock, forMs: number) {
    this.clock = clock
    this.forMs = forMs
    this.turnedAt = clock.elapsed()
  }

  /** Whether it was not used before; it is used now. */
  take(nonce: Uint8Array): boolean {
    const now = this.clock.elapsed()
    if (now - this.turnedAt > this.forMs) {
      this.older = now - this.turnedAt > 2 * this.forMs ? new Set() : this.newer
      this.newer = new Set()
      this.turnedAt = now
    }
    const name = toHex(nonce)
    if (this.newer.has(name) || this.older.has(name)) return false
    this.newer.add(name)
    return true
  }
}
