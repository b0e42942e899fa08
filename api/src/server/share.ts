/** Bounds of something that all sources use up together. */
export interface ShareBounds {
  /** What all sources may have together. */
  readonly maximum: number
  /** What one source may have. */
  readonly perSource: number
}

/** Counts who has how much of something that is scarce. */
export class Share {
  private readonly held = new Map<string, number>()
  private sum = 0

  readonly bounds: ShareBounds

  constructor(bounds: ShareBounds) {
    this.bounds = bounds
  }

  get total(): number {
    return this.sum
  }

  of(source: string): number {
    return this.held.get(source) ?? 0
  }

  /** Whether `source` may have no more. */
  full(source: string): boolean {
    return this.sum >= this.bounds.maximum || this.of(source) >= this.bounds.perSource
  }

  /** Takes when there is room for all of it; a source that has nothing may exceed its share by a single piece. */
  take(source: string, amount = 1): boolean {
    const has = this.of(source)
    const fits = has + amount <= this.bounds.perSource || (has === 0 && this.bounds.perSource > 0)
    if (!fits || this.sum + amount > this.bounds.maximum) return false
    this.add(source, amount)
    return true
  }

  /** Takes what is there already, room or not. */
  add(source: string, amount: number): void {
    this.sum += amount
    this.held.set(source, this.of(source) + amount)
  }

  give(source: string, amount = 1): void {
    this.sum -= amount
    const left = this.of(source) - amount
    if (left > 0) this.held.set(source, left)
    else this.held.delete(source)
  }
}
