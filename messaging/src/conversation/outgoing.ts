import type { Millis } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { Intent } from './stored.ts'

/** What this process alone knows of what it posts. What a process before it posted is found out by asking the L3. */
export class Outgoing {
  private readonly fresh = new WeakSet<Intent>()
  private accepted = new WeakMap<Intent, Millis>()

  /** It was stored with its nonce, and nothing was sent with that: whether the nonce is right is for the L3 to say. */
  begin(intent: Intent): void {
    this.fresh.add(intent)
  }

  isFresh(intent: Intent): boolean {
    return this.fresh.has(intent)
  }

  /** From here on the L3 may have it. */
  sent(intent: Intent): void {
    this.fresh.delete(intent)
  }

  acceptedAt(intent: Intent, now: Millis): void {
    this.accepted.set(intent, now)
  }

  /** Whether it was accepted a moment ago: the record is about to show it, and nobody need be asked. */
  isAccepted(intent: Intent, now: Millis): boolean {
    const at = this.accepted.get(intent)
    return at !== undefined && now < at + BigInt(messagingLimits.acceptedMs)
  }

  /** What was accepted may be void. */
  doubt(): void {
    this.accepted = new WeakMap()
  }
}
