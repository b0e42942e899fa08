import type { Clock } from '@parley/runtime'

interface Sight {
  readonly number: bigint
  readonly at: number
}

/** When a number that grows was first seen beyond another: who stands at a lower one has been behind since. */
export class Seen {
  private readonly clock: Clock
  private sights: Sight[] = []
  private lastAt: number | undefined

  constructor(clock: Clock) {
    this.clock = clock
  }

  get latest(): bigint | undefined {
    return this.sights.at(-1)?.number
  }

  see(number: bigint): void {
    const at = this.clock.elapsed()
    this.lastAt = at
    if (this.sights.length > 0 && (this.latest as bigint) >= number) {
      // Taken back by a reorganisation: who stood there is not behind.
      this.sights = this.sights.filter((sight) => sight.number <= number)
      if (this.latest === number) return
    }
    this.sights.push({ number, at })
    // Every other one of the older half is enough to tell how long something has been behind.
    if (this.sights.length > 512) this.sights = this.sights.filter((_, i) => i >= 256 || i % 2 === 0)
  }

  /** Milliseconds since something beyond `number` was seen first; 0 when nothing was. */
  behindMs(number: bigint): number {
    const first = this.sights.find((sight) => sight.number > number)
    return first === undefined ? 0 : this.clock.elapsed() - first.at
  }

  /** Milliseconds since somebody looked; infinite when nobody has. */
  get silentMs(): number {
    return this.lastAt === undefined ? Number.POSITIVE_INFINITY : this.clock.elapsed() - this.lastAt
  }
}
