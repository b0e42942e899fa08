import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@parley/runtime'
import { type WebSocket, WebSocketServer } from 'ws'
import { preciseNow } from '../latency/open-loop.ts'
import { blockAt, entryBytes, type FedBlock, type FeedPlan, feedPath, timestampAt } from './feed-plan.ts'

/** What is broadcast: the same entries to the same feeds, at the same times from one block to the next. */
export interface Broadcast extends FeedPlan {
  readonly schedule: readonly FedBlock[]
}

/** Milliseconds from the last feed's opening to the first block. */
const startAfterMs = 500

/**
 * The limit that fan-out is measured against: a bare WebSocket server with nothing behind it, which sends to each feed the
 * bytes that a rollup would.
 * @param onListening - Told the server's URL.
 */
export async function broadcast(
  clock: Clock,
  { places, from, schedule }: Broadcast,
  onListening: (url: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const feeds = new Map(places.map((place, feed) => [feedPath(place), feed]))
  const sockets: WebSocket[] = []
  const server = createServer()
  const sessions = new WebSocketServer({ server, perMessageDeflate: false })
  const allOpen = Promise.withResolvers<void>()
  let open = 0
  sessions.on('connection', (socket, request) => {
    const feed = feeds.get(new URL(request.url as string, 'http://bare').pathname)
    if (feed === undefined) {
      socket.close(4404)
      return
    }
    sockets[feed] = socket
    open += 1
    if (open === places.length) allOpen.resolve()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onListening(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    await allOpen.promise
    const [first] = schedule
    if (first === undefined) return
    const start = preciseNow() + startAfterMs
    const positions = places.map(() => from)
    for (const [number, { atMs, feeds: receivers }] of schedule.entries()) {
      const waitMs = start + atMs - first.atMs - preciseNow()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
      const toldMs = BigInt(Math.floor(preciseNow()))
      for (const feed of receivers) {
        const entry = Buffer.alloc(entryBytes)
        entry.writeBigUInt64LE(BigInt(positions[feed] as number), 0)
        entry.writeBigUInt64LE(BigInt(number), blockAt)
        entry.writeBigUInt64LE(toldMs, timestampAt)
        positions[feed] = (positions[feed] as number) + 1
        sockets[feed]?.send(entry)
      }
    }
    await Promise.all(sockets.map((socket) => once(socket, 'close')))
  } finally {
    sessions.close()
    server.closeAllConnections()
    server.close()
  }
}
