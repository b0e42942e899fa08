import { decodeServerFrame, encodeClientRecord, feedLevels, feedLimits, feedRoutes, fromNow } from '@parley/api'
import { limits } from '@parley/protocol'
import { backoffMs, type Clock, jitteredMs } from '@parley/runtime'
import { WebSocket } from 'ws'

const backoff = { firstBackoffMs: 250, maxBackoffMs: 5_000 }

/** Sockets of readers, each of which follows some conversations. */
export class Readers {
  /** Attempts that were refused, and sockets that were given up. */
  refused = 0
  private readonly sockets: WebSocket[] = []
  private readonly url: string
  private readonly clock: Clock

  constructor(url: string, clock: Clock) {
    this.url = url.replace(/^http/, 'ws') + feedRoutes.live.path
    this.clock = clock
  }

  /** Opens sockets that follow `places` conversations each, at most so many at once; resolves when all of them are live. */
  async open(sockets: number, places: number, atOnce = 50): Promise<void> {
    let next = this.sockets.length
    const last = next + sockets
    const lanes = Array.from({ length: Math.min(atOnce, sockets) }, async () => {
      while (next < last) {
        const number = next
        next += 1
        this.sockets.push(await this.openOne(mutationsOf(number, places)))
      }
    })
    await Promise.all(lanes)
  }

  async close(): Promise<void> {
    const closed = this.sockets.splice(0).map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve())
          socket.terminate()
        }),
    )
    await Promise.all(closed)
  }

  /** As a client does: whoever is refused comes again, later and not with the others. */
  private async openOne(mutations: readonly Uint8Array[]): Promise<WebSocket> {
    for (let failures = 0; ; failures += 1) {
      const socket = await this.attempt(mutations)
      if (socket !== undefined) return socket
      this.refused += 1
      await this.clock.sleep(jitteredMs(backoffMs(failures, backoff), Math.random), new AbortController().signal)
    }
  }

  private attempt(mutations: readonly Uint8Array[]): Promise<WebSocket | undefined> {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.url, { perMessageDeflate: false })
      let left = mutations.length
      socket.on('open', () => {
        for (const mutation of mutations) socket.send(mutation)
      })
      socket.on('message', (frame: Buffer) => {
        left -= decodeServerFrame(frame).filter(({ kind }) => kind === 'caughtUp').length
        if (left === 0) resolve(socket)
      })
      // The close event follows.
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(undefined))
    })
  }
}

/** What a reader follows, from now on: conversations of its own. */
function mutationsOf(reader: number, places: number): Uint8Array[] {
  const mutations: Uint8Array[] = []
  for (let from = 0; from < places; from += feedLimits.placesPerMutation) {
    const count = Math.min(feedLimits.placesPerMutation, places - from)
    const add = Array.from({ length: count }, (_, i) => {
      const number = reader * places + from + i
      return { shard: number % limits.shards, index: Math.floor(number / limits.shards), from: fromNow, after: 0n }
    })
    const value = { id: mutations.length + 1, level: feedLevels.sealed, historyOnly: false, add, remove: [] }
    mutations.push(encodeClientRecord({ kind: 'mutate', value }))
  }
  return mutations
}
