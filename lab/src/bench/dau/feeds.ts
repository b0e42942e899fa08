import type { Socket } from 'node:net'
import { decodeServerFrame, encodeClientRecord, feedLevels, feedRoutes, fromNow, type ServerRecord } from '@parley/api'
import { ConversationEventKind } from '@parley/protocol'
import { WebSocket } from 'ws'
import { preciseNow } from '../latency/open-loop.ts'
import { type DayPlan, followedBy, type LiveEntry } from './day-plan.ts'

type EntriesValue = (ServerRecord & { readonly kind: 'entries' })['value']

/** A user's feed. */
class UserFeed {
  /** Entries that it was sent since it is live. */
  entries = 0
  isLive = false
  isOver = false
  /** Its connection, once there is one. */
  connection: Socket | undefined
  /** Position of the last message, by conversation. */
  readonly last = new Map<string, bigint>()
  readonly socket: WebSocket

  constructor(socket: WebSocket) {
    this.socket = socket
  }
}

/** Feeds of many users, at level `accepted`, and what comes over them. */
export class UserFeeds {
  readonly live: LiveEntry[] = []
  doubled = 0
  disordered = 0
  /** When the last entry came. */
  heardAtMs = preciseNow()
  /** Resolves with the first entry that came live; rejects when a feed was closed by its server. */
  readonly begun: Promise<void>
  private readonly heard = Promise.withResolvers<void>()
  private readonly feeds: UserFeed[] = []
  private readonly plan: DayPlan
  private bytesOfEnded = 0

  constructor(plan: DayPlan) {
    this.plan = plan
    this.begun = this.heard.promise
    // Whoever cares awaits it.
    this.begun.catch(() => undefined)
  }

  /** Bytes over all connections so far. */
  get bytes(): number {
    return this.feeds.reduce(
      (sum, { isOver, connection }) => sum + (isOver ? 0 : bytesOf(connection)),
      this.bytesOfEnded,
    )
  }

  /**
   * Opens the feed of a user; resolves once it is caught up.
   * @param after - Block up to which the user has everything; undefined for whoever wants no history.
   */
  async open(user: number, after?: bigint): Promise<void> {
    const socket = new WebSocket(this.plan.relayUrl.replace(/^http/, 'ws') + feedRoutes.live.path, {
      perMessageDeflate: false,
    })
    const feed = new UserFeed(socket)
    this.feeds[user] = feed
    const caughtUp = Promise.withResolvers<void>()
    socket.once('upgrade', ({ socket: connection }) => {
      feed.connection = connection
    })
    socket.on('open', () => socket.send(this.mutationOf(user, after)))
    socket.on('message', (frame: Buffer) => {
      const atMs = preciseNow()
      for (const { kind, value } of decodeServerFrame(frame))
        if (kind === 'entries') this.take(feed, value, atMs)
        else if (kind === 'refused')
          caughtUp.reject(new RangeError(`a mutation was refused: ${Buffer.from(value.code)}`))
        else if (kind === 'caughtUp') {
          feed.isLive = true
          caughtUp.resolve()
        }
    })
    socket.on('error', (error) => caughtUp.reject(error))
    socket.on('close', (code) => {
      if (feed.isOver) return
      const error = new RangeError(`the feed of user ${user} was closed with ${code}`)
      caughtUp.reject(error)
      this.heard.reject(error)
    })
    await caughtUp.promise
  }

  /** Entries that came to a user. */
  entriesOf(user: number): number {
    return this.feeds[user]?.entries ?? 0
  }

  close(user: number): void {
    const feed = this.feeds[user]
    if (feed === undefined || feed.isOver) return
    feed.isOver = true
    this.bytesOfEnded += bytesOf(feed.connection)
    feed.socket.terminate()
  }

  closeAll(): void {
    for (const user of this.feeds.keys()) this.close(user)
  }

  private take(feed: UserFeed, { place: { shard, index }, entries }: EntriesValue, atMs: number): void {
    this.heardAtMs = atMs
    const key = `${shard}/${index}`
    for (const { position, event } of entries) {
      if (event.selector !== ConversationEventKind.message) continue
      const last = feed.last.get(key)
      if (last !== undefined && position === last) this.doubled += 1
      else if (last !== undefined && position !== last + 1n) this.disordered += 1
      feed.last.set(key, position)
      if (!feed.isLive) continue
      feed.entries += 1
      this.live.push([shard, index, Number(position), atMs])
      this.heard.resolve()
    }
  }

  private mutationOf(user: number, after: bigint | undefined): Uint8Array {
    const { places } = this.plan
    const cursor = after === undefined ? { from: fromNow, after: 0n } : { from: 0n, after }
    const add = [...followedBy(user, this.plan)].map((number) => {
      const [shard, index] = places[number] as DayPlan['places'][number]
      return { shard, index, ...cursor }
    })
    const value = { id: 1, level: feedLevels.accepted, historyOnly: false, add, remove: [] }
    return encodeClientRecord({ kind: 'mutate', value })
  }
}

const bytesOf = (connection: Socket | undefined): number =>
  connection === undefined ? 0 : connection.bytesRead + connection.bytesWritten
