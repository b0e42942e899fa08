import type { Clock } from '@parley/runtime'
import type { Subscriber } from './subscriber.ts'

/** Sends what subscribers were given, in slices of time and in turn. */
export class Outbox {
  private readonly unsent = new Set<Subscriber>()
  private isSending = false
  private readonly clock: Pick<Clock, 'elapsed'>
  private readonly later: (run: () => void) => void
  private readonly sliceMs: number

  constructor(clock: Pick<Clock, 'elapsed'>, later: (run: () => void) => void, sliceMs: number) {
    this.clock = clock
    this.later = later
    this.sliceMs = sliceMs
  }

  add(subscriber: Subscriber): void {
    this.unsent.add(subscriber)
    if (this.isSending) return
    this.isSending = true
    this.later(() => this.sendSome())
  }

  delete(subscriber: Subscriber): void {
    this.unsent.delete(subscriber)
  }

  private sendSome(): void {
    const until = this.clock.elapsed() + this.sliceMs
    for (const subscriber of this.unsent) {
      this.unsent.delete(subscriber)
      subscriber.flush()
      if (this.clock.elapsed() >= until) break
    }
    this.isSending = this.unsent.size > 0
    if (this.isSending) this.later(() => this.sendSome())
  }
}
