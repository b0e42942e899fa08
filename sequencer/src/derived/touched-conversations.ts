import { type ConversationPlace, linksOf, placeKey } from '@parley/feeds'
import { Pulse } from '@parley/runtime'

/** Conversations whose followers are woken before everything else has its turn. */
const wokenAtOnce = 32

interface Followed {
  readonly touched: Pulse
  followers: number
}

/** A conversation that somebody follows. */
export interface Following {
  /** Beats when a sealed block touched the conversation. */
  readonly touched: Pulse
  readonly leave: () => void
}

/**
 * Wakes whoever follows a conversation when a block touched it, and nobody else. What a thousand followers do then would
 * hold writers up if they did it at once, so they are woken a few at a time.
 */
export class TouchedConversations {
  private readonly followed = new Map<number, Followed>()
  private readonly due = new Set<Pulse>()
  private waking = false

  /** Follows a conversation until `leave` is called. */
  follow(place: ConversationPlace): Following {
    const key = placeKey(place)
    const entry = this.followed.get(key) ?? { touched: new Pulse(), followers: 0 }
    this.followed.set(key, entry)
    entry.followers += 1
    const leave = (): void => {
      entry.followers -= 1
      if (entry.followers === 0) this.followed.delete(key)
    }
    return { touched: entry.touched, leave }
  }

  /** Takes in the links of a sealed block. */
  add(links: Uint8Array): void {
    if (this.followed.size === 0) return
    for (const key of linksOf(links).keys()) {
      const entry = this.followed.get(key)
      if (entry !== undefined) this.due.add(entry.touched)
    }
    if (!this.waking) this.wakeLater()
  }

  private wakeLater(): void {
    this.waking = this.due.size > 0
    if (this.waking) setImmediate(() => this.wakeSome())
  }

  private wakeSome(): void {
    let woken = 0
    for (const touched of this.due) {
      if (woken === wokenAtOnce) break
      this.due.delete(touched)
      touched.beat()
      woken += 1
    }
    this.wakeLater()
  }
}
