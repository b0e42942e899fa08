import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeServerRecord, feedLevels } from '@parley/api'
import type { Clock } from '@parley/runtime'
import { type WebSocket, WebSocketServer } from 'ws'
import { preciseNow } from '../latency/open-loop.ts'
import {
  barePath,
  blockAt,
  type FedBlock,
  type FeedPlace,
  type FeedPlan,
  onlyEntryAt,
  timestampAt,
} from './feed-plan.ts'

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
  const feeds = new Map(places.map((place, feed) => [barePath(place), feed]))
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
    const frames = places.map(frameOfOne)
    for (const [number, { atMs, feeds: receivers }] of schedule.entries()) {
      const waitMs = start + atMs - first.atMs - preciseNow()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
      const toldMs = BigInt(Math.floor(preciseNow()))
      for (const feed of receivers) {
        const frame = Buffer.from(frames[feed] as Uint8Array)
        frame.writeBigUInt64LE(BigInt(positions[feed] as number), onlyEntryAt)
        frame.writeBigUInt64LE(BigInt(number), onlyEntryAt + blockAt)
        frame.writeBigUInt64LE(toldMs, onlyEntryAt + timestampAt)
        positions[feed] = (positions[feed] as number) + 1
        sockets[feed]?.send(frame)
      }
    }
    // Until it is stopped, so that its CPU can be read.
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    sessions.close()
    server.closeAllConnections()
    server.close()
  }
}

/** A frame of one message, as Parley's feed has it; position, block and time are still to be written into it. */
function frameOfOne([shard, index]: FeedPlace): Uint8Array {
  const message = { member: 0, content: new Uint8Array(32), signature: new Uint8Array(64) }
  const event = { selector: 0, value: message } as const
  const entry = { position: 0n, block: 0n, timestamp: 0n, forced: false, event }
  return encodeServerRecord('entries', { place: { shard, index }, level: feedLevels.sealed, entries: [entry] })
}
