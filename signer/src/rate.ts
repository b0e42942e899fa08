import type { Clock } from '@parley/runtime'
import { SignerError } from './faults.ts'
import type { SignerRules } from './options.ts'

/** How many headers may be signed now. */
export class Rate {
  private readonly clock: Pick<Clock, 'elapsed'>
  private readonly rules: SignerRules
  private left: number
  private at: number

  constructor(clock: Pick<Clock, 'elapsed'>, rules: SignerRules) {
    this.clock = clock
    this.rules = rules
    this.left = rules.burst
    this.at = clock.elapsed()
  }

  /** @throws {SignerError} `RATE_EXCEEDED`. */
  take(): void {
    const { perSecond, burst } = this.rules
    const now = this.clock.elapsed()
    this.left = Math.min(burst, this.left + ((now - this.at) * perSecond) / 1_000)
    this.at = now
    if (this.left < 1) {
      const retryAfterMs = Math.ceil(((1 - this.left) * 1_000) / perSecond)
      throw new SignerError({ code: 'RATE_EXCEEDED', perSecond, retryAfterMs })
    }
    this.left -= 1
  }
}
