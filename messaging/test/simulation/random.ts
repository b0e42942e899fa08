/** Numbers that follow from a seed. */
export class Dice {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** 0 to `count` − 1. */
  below(count: number): number {
    this.state = (this.state + 0x9e3779b9) >>> 0
    let mixed = this.state ^ (this.state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) % count
  }

  /** One of some; undefined of none. */
  pick<T>(some: readonly T[]): T | undefined {
    return some[this.below(Math.max(some.length, 1))]
  }

  /** True once in so many times. */
  once(inTimes: number): boolean {
    return this.below(inTimes) === 0
  }
}
