import type { Reaction, Room } from '@parley/messaging'
import type { OwnData } from '../session/own-data.ts'
import {
  begunTalk,
  type Item,
  keyOf,
  lastSaid,
  type SaidItem,
  type Settled,
  type Talk,
  withItem,
  withReaction,
} from './talk.ts'

/** All conversations as they are shown, and which messages were seen. */
export class Talks {
  private readonly own: OwnData
  private readonly changed: () => void
  private readonly byKey = new Map<string, Talk>()
  /** Messages of each that were seen. */
  private seen: Readonly<Record<string, number>> = {}
  private openKey: string | undefined

  constructor(own: OwnData, changed: () => void) {
    this.own = own
    this.changed = changed
  }

  async open(): Promise<void> {
    this.seen = await this.own.seen.get()
  }

  /** The one where something was last said first. */
  get all(): readonly Talk[] {
    return [...this.byKey.values()].sort((a, b) => b.lastAt - a.lastAt)
  }

  get(key: string): Talk | undefined {
    return this.byKey.get(key)
  }

  of(room: Room): Talk {
    const key = keyOf(room)
    const talk = this.byKey.get(key) ?? begunTalk(room)
    this.byKey.set(key, talk)
    return talk
  }

  get shown(): Talk | undefined {
    return this.openKey === undefined ? undefined : this.byKey.get(this.openKey)
  }

  /** Shows a conversation, or none. */
  async show(key: string | undefined): Promise<void> {
    this.openKey = key
    this.changed()
    await this.see()
  }

  put(key: string, item: Item): void {
    const talk = this.byKey.get(key)
    if (talk === undefined) return
    const items = withItem(talk.items, item)
    const lastAt = item.kind === 'said' ? Math.max(talk.lastAt, item.time) : talk.lastAt
    const unread = items.filter((each) => this.isUnread(key, each)).length
    this.change(key, { items, lastAt, unread })
  }

  drop(key: string, item: Item): void {
    const items = this.byKey.get(key)?.items.filter((each) => each.key !== item.key)
    if (items !== undefined) this.change(key, { items })
  }

  react(key: string, to: string, author: string, reaction: Reaction): void {
    const talk = this.byKey.get(key)
    if (talk !== undefined) this.change(key, { reactions: withReaction(talk.reactions, to, author, reaction) })
  }

  settle(key: string, settled: Settled): void {
    this.change(key, { settled })
  }

  countGaps(key: string, more: number): void {
    this.change(key, { gaps: Math.max(0, (this.byKey.get(key)?.gaps ?? 0) + more) })
  }

  /** All that is shown was seen, if anybody looks. */
  async see(): Promise<void> {
    const talk = this.shown
    const last = talk && lastSaid(talk)
    if (talk === undefined || last === undefined || document.visibilityState !== 'visible') return
    const until = Number(last.position) + 1
    if (until <= (this.seen[talk.key] ?? 0)) return
    this.seen = { ...this.seen, [talk.key]: until }
    this.change(talk.key, { unread: 0 })
    await this.own.seen.set(this.seen)
  }

  private change(key: string, changes: Partial<Talk>): void {
    const talk = this.byKey.get(key)
    if (talk !== undefined) this.byKey.set(key, { ...talk, ...changes })
    this.changed()
  }

  private isUnread(key: string, item: Item): item is SaidItem {
    return item.kind === 'said' && !item.mine && item.position !== undefined && item.position >= (this.seen[key] ?? 0)
  }
}
