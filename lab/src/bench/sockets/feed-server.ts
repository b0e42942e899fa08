import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encodeServerRecord, feedLimits } from '@parley/api'
import { createApiServer, guardOptions } from '@parley/api/server'
import { addSockets, FanOut, LiveFeeds, liveSocket, socketOptions } from '@parley/feeds'
import { raceAbort, systemClock } from '@parley/runtime'
import { destination, pino } from 'pino'
import { Gauge, Registry } from 'prom-client'
import { WebSocketServer } from 'ws'

/** More than any measurement opens, from one address. */
const plenty = 100_000_000

/** Which server is measured: the feeds of a relay, or a bare WebSocket server that answers each frame with another. */
export type ServerKind = 'feeds' | 'bare'

/** What a server of this measurement says of itself once it listens. */
export interface ServerPlace {
  readonly url: string
  /** Where its memory is asked for. */
  readonly controlUrl: string
}

/** Serves readers until `signal`, and beside them says how much memory is in use after collection. */
export async function serveReaders(
  kind: ServerKind,
  onListening: (place: ServerPlace) => void,
  signal: AbortSignal,
): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const control = createServer((_, response) => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    response.end(JSON.stringify(heapUsed + external))
  })
  const { url, close } = kind === 'feeds' ? await serveFeeds() : await serveBare()
  control.listen(0, '127.0.0.1')
  await once(control, 'listening')
  onListening({ url, controlUrl: urlOf(control.address() as AddressInfo) })
  try {
    await raceAbort(new Promise<never>(() => undefined), signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    control.close()
    await close()
  }
}

interface Served {
  readonly url: string
  close(): Promise<unknown>
}

const urlOf = ({ port }: AddressInfo): string => `http://127.0.0.1:${port}`

/** The feeds of a relay with conversations in which nothing has happened yet. */
async function serveFeeds(): Promise<Served> {
  const clock = systemClock
  const log = pino({ level: 'warn' }, destination(2))
  const registry = new Registry()
  const supply = {
    lastBlock: () => 0n,
    messages: () => 0n,
    conversations: () => plenty,
    link: async () => undefined,
    entries: async () => undefined,
  }
  const fanOut = new FanOut({ supply, clock }, { head: 1n, sliceMs: 10 })
  const many = { maxFeeds: 1_000_000, maxFeedsPerAddress: 1_000_000, maxSubscriptions: plenty }
  const options = {
    ...guardOptions({
      quotaBurst: plenty,
      quotaPerSecond: plenty,
      maxConnections: 1_000_000,
      maxConnectionsPerAddress: 1_000_000,
      maxHeldBytes: 2 ** 40,
      maxHeldBytesPerAddress: 2 ** 40,
    }),
    ...socketOptions({ ...many, maxSubscriptionsPerAddress: plenty }),
  }
  const server = createApiServer(
    { clock, log, registry, statusOf: () => undefined },
    { ...options, maxBodyBytes: 1_024 },
  )
  const epoch = new Uint8Array(32)
  const live = new LiveFeeds({ live: () => ({ fanOut, supply, tellsAccepted: false }), epoch: () => epoch }, options)
  await addSockets(
    server,
    [liveSocket(live, server.exchangeOf)],
    {
      clock,
      log,
      feeds: new Gauge({ name: 'feeds', help: 'Open feeds', labelNames: ['feed'], registers: [registry] }),
      ended: () => undefined,
      farewell: () => ({ code: 1001 }),
    },
    { ...options, maxFrameBytes: feedLimits.clientFrameBytes },
  )
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  return { url, close: () => server.app.close() }
}

/** Keeps nothing of what it is sent. */
async function serveBare(): Promise<Served> {
  const server = createServer()
  const sessions = new WebSocketServer({ server, perMessageDeflate: false })
  const answer = encodeServerRecord('caughtUp', { id: 1 })
  sessions.on('connection', (socket) => socket.on('message', () => socket.send(answer)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of sessions.clients) socket.terminate()
    sessions.close()
    server.closeAllConnections()
    server.close()
  }
  return { url: urlOf(server.address() as AddressInfo), close }
}
