import type { Clock } from '@parley/runtime'

/** Milliseconds by which the time of blocks may differ from the L2's, either way: blocks of the L2 and looks at it take seconds. */
export const l2ToleranceMs = 30_000

/** What is followed of a clock that was set, by what passes: blocks can follow one another at nine tenths of their pace. */
const followed = 0.1
/** What the L2's time gives way by what passes, so that a clock that runs fast does not carry it away. */
const drift = 0.001

/**
 * The time that blocks are given. It begins at the machine's clock and goes on by what passes, so that a clock that is set
 * holds up no block and changes no order: such a clock is followed slowly, back as well as forth. It stays within the
 * tolerance of the L2's time, whatever the clock says: the L2 takes no header from its future, and by one that lags behind it
 * items would be due late.
 */
export class BlockTime {
  private readonly clock: Clock
  /** What it, and the L2's time, are ahead of what has passed in this process. */
  private ahead: number
  private l2Ahead: number | undefined
  private lookedAt: number

  constructor(clock: Clock) {
    this.clock = clock
    this.lookedAt = clock.elapsed()
    this.ahead = clock.now() - this.lookedAt
  }

  /** Whether the L2's time is known, without which no block may be given one. */
  get isKnown(): boolean {
    return this.l2Ahead !== undefined
  }

  /** Takes the time of the L2's head: its clock is there by now, or further. Milliseconds. */
  told(l2Time: bigint): void {
    this.goOn()
    const ahead = Number(l2Time) - this.lookedAt
    if (this.l2Ahead === undefined || ahead > this.l2Ahead) this.l2Ahead = ahead
  }

  /** Milliseconds since 1970; never goes back once the L2's time is known. */
  now(): number {
    this.goOn()
    return Math.floor(this.lookedAt + this.ahead)
  }

  private goOn(): void {
    const elapsed = this.clock.elapsed()
    const passed = elapsed - this.lookedAt
    this.lookedAt = elapsed
    this.ahead += within(this.clock.now() - elapsed - this.ahead, passed * followed)
    if (this.l2Ahead === undefined) return
    this.l2Ahead -= passed * drift
    this.ahead = this.l2Ahead + within(this.ahead - this.l2Ahead, l2ToleranceMs)
  }
}

const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value))
