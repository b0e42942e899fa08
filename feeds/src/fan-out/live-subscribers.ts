import type { Subscriber } from './subscriber.ts'

/**
 * Who follows which conversation live, by the key of its place. Most conversations have one follower at one server, and
 * those cost no set.
 */
export class LiveSubscribers {
  private readonly byKey = new Map<number, Subscriber | Set<Subscriber>>()
  private subscriptions = 0

  get size(): number {
    return this.subscriptions
  }

  has(key: number): boolean {
    return this.byKey.has(key)
  }

  add(key: number, subscriber: Subscriber): void {
    const known = this.byKey.get(key)
    if (known === undefined) this.byKey.set(key, subscriber)
    else if (known instanceof Set) known.add(subscriber)
    else this.byKey.set(key, new Set([known, subscriber]))
    this.subscriptions += 1
  }

  delete(key: number, subscriber: Subscriber): void {
    const known = this.byKey.get(key)
    if (known instanceof Set) {
      if (!known.delete(subscriber)) return
      if (known.size === 0) this.byKey.delete(key)
    } else if (known === subscriber) this.byKey.delete(key)
    else return
    this.subscriptions -= 1
  }

  /** Followers of one conversation; `visit` may delete the one it is given. */
  each(key: number, visit: (subscriber: Subscriber) => void): void {
    const known = this.byKey.get(key)
    if (known === undefined) return
    if (known instanceof Set) for (const subscriber of known) visit(subscriber)
    else visit(known)
  }
}
