import type { CodedError, FollowWatch } from '@parley/protocol'
import type { Clock } from '@parley/runtime'

/** How asking the L2 goes in this process. */
export class L2Contact implements FollowWatch {
  /** Why the L2 could not be read; undefined again once it could. */
  fault: CodedError | undefined
  /** Whether everything that the L2 had when it was last asked is in the log. */
  caughtUp = false
  private heardAt: number
  private readonly clock: Clock
  private readonly onFault: (error: CodedError) => void

  constructor(clock: Clock, onFault: (error: CodedError) => void) {
    this.clock = clock
    this.onFault = onFault
    this.heardAt = clock.elapsed()
  }

  answered(): void {
    this.fault = undefined
    this.heardAt = this.clock.elapsed()
  }

  failed(error: CodedError): void {
    this.fault = error
    this.onFault(error)
  }

  /** What the L2 answers with and cannot be followed for; undefined while it is followed, and while it is only silent. */
  get astray(): CodedError | undefined {
    return this.fault?.fault.code === 'SETTLEMENT_UNAVAILABLE' ? undefined : this.fault
  }

  /** Milliseconds since the L2 last answered, or since the start. */
  get silentMs(): number {
    return Math.max(0, this.clock.elapsed() - this.heardAt)
  }
}
