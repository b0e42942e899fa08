import { decodeServerFrame, type FeedCursor, fromNow, type Mutation, type ServerRecord } from '@parley/api'
import { ConversationEntryType } from '@parley/protocol'
import { placeKey } from '../../src/index.ts'
import type { DrawnChain, ModelEntry } from '../../src/testing/drawn-chain.ts'

interface Followed {
  readonly id: number
  readonly historyOnly: boolean
  readonly isDue: (entry: ModelEntry) => boolean
  received: number
  live: boolean
}

interface Sent {
  readonly mutation: Mutation
  /** Number of the last block told of when it was sent. */
  readonly head: bigint
}

/** Checks each record of a server against what a reader that keeps nothing but the model would have to get. */
export class ReaderModel {
  readonly followed = new Map<number, Followed>()
  /** Where the reader began in each conversation that it was ever told to follow. */
  readonly cursors = new Map<number, FeedCursor>()
  private readonly sent = new Map<number, Sent>()
  private readonly done = new Set<number>()
  private readonly chain: DrawnChain

  constructor(chain: DrawnChain) {
    this.chain = chain
  }

  sends(mutation: Mutation, head: bigint): void {
    this.sent.set(mutation.id, { mutation, head })
  }

  take(frame: Uint8Array): void {
    for (const record of decodeServerFrame(frame)) this.takeRecord(record)
  }

  /** All that a conversation's reader is still to get of the blocks there are. */
  missing(key: number): number {
    const followed = this.followed.get(key)
    return followed === undefined ? 0 : this.due(key, followed).length - followed.received
  }

  get unfinished(): number[] {
    return [...this.sent.keys()].filter((id) => !this.done.has(id))
  }

  private takeRecord({ kind, value }: ServerRecord): void {
    if (kind === 'mutated') this.mutated(value.id)
    else if (kind === 'caughtUp') this.caughtUp(value.id)
    else if (kind === 'live') for (const place of value.places) this.becomesLive(placeKey(place))
    else if (kind === 'behind') this.fallsBehind(placeKey(value.place), value.from)
    else if (kind === 'gone') this.goes(placeKey(value.place), value.from)
    else if (kind === 'entries')
      this.entries(
        placeKey(value.place),
        value.entries.map((entry) => Buffer.from(ConversationEntryType.serialize(entry)).toString('hex')),
      )
    else throw new Error(`${kind} was not to come`)
  }

  private mutated(id: number): void {
    const { mutation, head } = this.sent.get(id) as Sent
    for (const place of mutation.remove) this.followed.delete(placeKey(place))
    for (const cursor of mutation.add) {
      this.cursors.set(placeKey(cursor), cursor)
      this.followed.set(placeKey(cursor), {
        id,
        historyOnly: mutation.historyOnly,
        isDue: dueOf(cursor, head),
        received: 0,
        live: false,
      })
    }
  }

  private caughtUp(id: number): void {
    if (this.done.has(id)) throw new Error(`mutation ${id} was caught up twice`)
    this.done.add(id)
    const { head } = this.sent.get(id) as Sent
    for (const [key, followed] of this.followed) {
      if (followed.id !== id) continue
      const before = this.due(key, followed).filter(({ block }) => block <= head).length
      if (followed.received < before)
        throw new Error(`caught up, and ${before - followed.received} entries are missing`)
      if (followed.historyOnly) this.followed.delete(key)
    }
  }

  private becomesLive(key: number): void {
    const followed = this.of(key, 'is live')
    if (followed.live || followed.historyOnly) throw new Error(`${key} became live twice, or was not to be live`)
    followed.live = true
  }

  private fallsBehind(key: number, from: bigint): void {
    const followed = this.of(key, 'falls behind')
    if (!followed.live) throw new Error(`${key} fell behind and was not live`)
    followed.live = false
    const next = this.due(key, followed)[followed.received]
    if (next?.position !== from) throw new Error(`behind from ${from}, the next is at ${next?.position}`)
  }

  private goes(key: number, from: bigint): void {
    this.of(key, 'is gone')
    const { from: asked, after: had } = this.cursors.get(key) as FeedCursor
    const after = asked === fromNow ? 0n : had
    const all = this.chain.model.get(key) ?? []
    const forgotten = all.filter(({ block }) => block < this.chain.first)
    if (!forgotten.some(({ block }) => block > after)) throw new Error(`${key} is gone, and nothing of it is forgotten`)
    if (from > this.chain.index.messages(this.cursors.get(key) as FeedCursor))
      throw new Error(`${key} has no position ${from} yet`)
    this.followed.delete(key)
  }

  private entries(key: number, entries: readonly string[]): void {
    const followed = this.of(key, 'is told of')
    const due = this.due(key, followed).slice(followed.received, followed.received + entries.length)
    if (due.map((entry) => entry.hex).join() !== entries.join())
      throw new Error(`${key}: other entries than the next ${entries.length}, or not in order`)
    followed.received += entries.length
  }

  private due(key: number, { isDue }: Followed): ModelEntry[] {
    return (this.chain.model.get(key) ?? []).filter(isDue)
  }

  private of(key: number, what: string): Followed {
    const followed = this.followed.get(key)
    if (followed === undefined) throw new Error(`${key} ${what}, and is not followed`)
    return followed
  }
}

function dueOf({ from, after }: FeedCursor, head: bigint): (entry: ModelEntry) => boolean {
  if (from === fromNow) return ({ block }) => block > head
  return ({ block, position }) => block > after && position >= from
}
