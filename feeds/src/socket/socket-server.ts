import websocket from '@fastify/websocket'
import { RequestError } from '@parley/api'
import { type ApiServer, addCharges, configOf, fastifyPath, refuseSocket, Share } from '@parley/api/server'
import type { CodedError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Gauge } from 'prom-client'
import { closeCodes } from './close-codes.ts'
import { Connection } from './connection.ts'
import type { SocketOptions } from './socket-options.ts'
import { plainRequest, type SocketRoute } from './socket-route.ts'

/** What WebSockets are sent when they are closed. */
export interface Farewell {
  readonly code: number
  readonly reason?: string
}

export interface SocketServerDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Open feeds, by kind. */
  readonly feeds: Gauge<'feed'>
  /** Why nothing is answered any more; undefined as long as it is. */
  readonly ended: () => CodedError | undefined
  /** What WebSockets are sent when the server closes. */
  readonly farewell: () => Farewell
}

export interface SocketServerOptions extends SocketOptions {
  /** Bytes of one frame of a client. */
  readonly maxFrameBytes: number
  readonly maxHeldBytes: number
  readonly maxHeldBytesPerAddress: number
}

/** What open feeds use up together. */
export interface FeedShares {
  /** Feeds. */
  readonly places: Share
  /** Feeds of blocks. */
  readonly blockPlaces: Share
  /** Bytes sent to feeds that have not left. */
  readonly unsent: Share
}

/** Milliseconds that open WebSockets have to answer our closing. */
const closingMs = 2_000

/** Parts of one frame of a client, as it fragments it and as the network delivers it; each has a cost of its own. */
const maxParts = { maxFragments: 1_024, maxBufferedChunks: 8_192 }

/** Makes a server take WebSockets, and only at these routes. Routes that answer are added afterwards. @returns what feeds share. */
export async function addSockets(
  server: ApiServer,
  sockets: readonly SocketRoute[],
  deps: SocketServerDeps,
  options: SocketServerOptions,
): Promise<FeedShares> {
  const { app } = server
  await addWebSockets(app, deps, options.maxFrameBytes)
  // After the plugin, whose own hook must have seen an upgrade before one here refuses it: otherwise its socket stays open.
  addCharges(server, deps.ended)
  const shares: FeedShares = {
    places: new Share({ maximum: options.maxFeeds, perSource: options.maxFeedsPerAddress }),
    blockPlaces: new Share({ maximum: options.maxBlockFeeds, perSource: Math.ceil(options.maxBlockFeeds / 4) }),
    unsent: new Share({ maximum: options.maxHeldBytes, perSource: options.maxHeldBytesPerAddress }),
  }
  const socketPaths = new Set(sockets.map(({ route }) => fastifyPath(route.path)))
  app.addHook('preValidation', async (request) => {
    if (request.ws && !socketPaths.has(request.routeOptions.url ?? ''))
      throw new RequestError({ code: 'REQUEST_MALFORMED', reason: 'the route is no WebSocket' })
  })
  for (const socket of sockets) addSocket(server, socket, shares, deps, options)
  return shares
}

async function addWebSockets(
  app: FastifyInstance,
  { log, farewell }: SocketServerDeps,
  maxPayload: number,
): Promise<void> {
  await app.register(websocket, {
    // Pings are answered by the connection, which bounds the answers.
    options: { maxPayload, ...maxParts, perMessageDeflate: false, autoPong: false },
    preClose() {
      return closeSockets(this.websocketServer.clients, farewell())
    },
    errorHandler: (error: Error & { readonly code?: string }, socket) => {
      // Frames against the protocol have closed their connection, and concern nobody else.
      if (error.code?.startsWith('WS_ERR_')) return
      log.error({ err: error }, 'websocket failed')
      socket.close(closeCodes.defect)
    },
  })
  app.websocketServer.on('wsClientError', (error, socket) => {
    refuseSocket(socket, new RequestError({ code: 'REQUEST_MALFORMED', reason: error.message }))
  })
}

function addSocket(
  { app, exchangeOf }: ApiServer,
  { route, feed, ofBlocks = false, greeting, check, serve }: SocketRoute,
  { unsent, ...shares }: FeedShares,
  { clock, log, feeds }: SocketServerDeps,
  options: SocketServerOptions,
): void {
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    config: configOf(route),
    handler: plainRequest,
    preValidation: async (request) => {
      if (!request.ws) return
      const { source } = exchangeOf(request)
      const places = ofBlocks ? shares.blockPlaces : shares.places
      takeFeedPlace(places, source)
      // Upgraded or not.
      request.raw.socket.once('close', () => places.give(source))
      await check(request)
    },
    wsHandler: (socket, request) => {
      const exchange = exchangeOf(request)
      exchange.end()
      feeds.inc({ feed })
      socket.once('close', () => feeds.dec({ feed }))
      const stream = request.raw.socket
      const connection = new Connection({ socket, clock, unsent, source: exchange.source, stream, greeting }, options)
      serve(connection, request as FastifyRequest).catch((error: unknown) => {
        if (connection.signal.aborted) return
        log.error({ err: error, feed }, 'feed failed')
        connection.close(closeCodes.defect)
      })
    },
  })
}

/** Takes a feed's place before anything is waited for. @throws {RequestError} `CONNECTIONS_EXCEEDED`. */
export function takeFeedPlace(places: Share, source: string): void {
  const { maximum, perSource } = places.bounds
  if (places.full(source))
    throw new RequestError({
      code: 'CONNECTIONS_EXCEEDED',
      maximum: places.total >= maximum ? maximum : perSource,
      retryAfterMs: 5_000,
    })
  places.add(source, 1)
}

/** Closes every WebSocket, then ends those that do not answer. */
export async function closeSockets(
  clients: FastifyInstance['websocketServer']['clients'],
  { code, reason }: Farewell,
): Promise<void> {
  const closed = [...clients].map(
    (client) =>
      new Promise<void>((resolve) => {
        client.once('close', () => resolve())
        client.close(code, reason)
      }),
  )
  const late = setTimeout(() => {
    for (const client of clients) client.terminate()
  }, closingMs)
  await Promise.all(closed)
  clearTimeout(late)
}
