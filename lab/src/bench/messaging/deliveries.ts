import type { Delay } from '../latency/percentiles.ts'

/** Messages by name: when each was due, and when its reader's application got it. */
export class Deliveries {
  /** Messages that were stored and that no server answered for when they were said. */
  unanswered = 0
  private readonly dueAtMs = new Map<string, number>()
  private readonly gotAtMs = new Map<string, number>()

  /** A message that was said; its reader may have it by now. */
  said(name: string, dueAtMs: number): void {
    this.dueAtMs.set(name, dueAtMs)
  }

  got(name: string, atMs: number): void {
    this.gotAtMs.set(name, atMs)
  }

  /** Messages that were said and whose reader has them. */
  get delivered(): number {
    let count = 0
    for (const name of this.dueAtMs.keys()) if (this.gotAtMs.has(name)) count += 1
    return count
  }

  get lost(): number {
    return this.dueAtMs.size - this.delivered
  }

  /** From when each was due until it was read. */
  get delays(): readonly Delay[] {
    return [...this.dueAtMs].flatMap(([name, due]) => {
      const got = this.gotAtMs.get(name)
      return got === undefined ? [] : [{ ms: got - due, messages: 1 }]
    })
  }

  /** Messages per second between the first third of those that were delivered and the last. */
  get perSecond(): number {
    const times = [...this.dueAtMs.keys()].flatMap((name) => this.gotAtMs.get(name) ?? []).sort((a, b) => a - b)
    const first = Math.floor(times.length / 3)
    const [begin, end] = [times[first], times.at(-1)]
    if (begin === undefined || end === undefined || end <= begin) return 0
    return (1_000 * (times.length - 1 - first)) / (end - begin)
  }
}
