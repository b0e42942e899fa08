import websocket from '@fastify/websocket'
import { maxJsonBytes, RequestError, statusOfCode } from '@parley/api'
import {
  type ApiServer,
  addCharges,
  configOf,
  createApiServer,
  type Exchange,
  fastifyPath,
  refuseSocket,
  Share,
} from '@parley/api/server'
import { Connection, closeCodes } from '@parley/feeds'
import { type CodedError, signedMessageBytes, TransitionError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { SequencerError } from '../faults.ts'
import type { Metrics } from '../metrics.ts'
import type { HttpOptions } from '../options.ts'
import type { Served } from './routes.ts'
import { plainRequest, type SocketRoute } from './sockets.ts'

export interface ServerDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  readonly metrics: Metrics
  /** Why nothing is answered any more; undefined as long as it is. Metrics are told all the same. */
  readonly ended: () => SequencerError | undefined
  /** What WebSockets are told when the server closes. */
  readonly farewell: () => { readonly code: number; readonly reason?: string }
}

/** What open feeds use up together. */
interface FeedShares {
  /** Feeds. */
  readonly places: Share
  /** Bytes sent to feeds that have not left. */
  readonly unsent: Share
}

/** Milliseconds that open WebSockets have to answer our closing. */
const closingMs = 2_000

/** Parts of one frame of a client, as it fragments it and as the network delivers it; each has a cost of its own. */
const maxParts = { maxFragments: 1_024, maxBufferedChunks: 8_192 }

/** HTTP status of a refusal of the state: the request was understood and cannot be. */
function statusOf(error: CodedError): number | undefined {
  return error instanceof TransitionError ? (statusOfCode(error.fault.code) ?? 422) : undefined
}

/** An HTTP server of the routes; it listens when told to. */
export async function createServer(
  deps: ServerDeps,
  options: HttpOptions,
  routesOf: (exchangeOf: (request: FastifyRequest) => Exchange) => Served,
): Promise<FastifyInstance> {
  const maxBodyBytes = Math.max(options.maxMessages * signedMessageBytes, maxJsonBytes)
  const server = createApiServer({ ...deps, statusOf }, { ...options, maxBodyBytes })
  const { app, exchangeOf } = server
  await addWebSockets(app, deps, options)
  // After the plugin, whose own hook must have seen an upgrade before one here refuses it: otherwise its socket stays open.
  addCharges(server, deps.ended)
  const shares: FeedShares = {
    places: new Share({ maximum: options.maxFeeds, perSource: options.maxFeedsPerAddress }),
    unsent: new Share({ maximum: options.maxHeldBytes, perSource: options.maxHeldBytesPerAddress }),
  }
  const { addTo, sockets } = routesOf(exchangeOf)
  const socketPaths = new Set(sockets.map(({ route }) => fastifyPath(route.path)))
  app.addHook('preValidation', async (request) => {
    if (request.ws && !socketPaths.has(request.routeOptions.url ?? ''))
      throw new RequestError({ code: 'REQUEST_MALFORMED', reason: 'the route is no WebSocket' })
  })
  addTo(app)
  for (const socket of sockets) addSocket(server, socket, shares, deps, options)
  await app.ready()
  return app
}

async function addWebSockets(app: FastifyInstance, { log, farewell }: ServerDeps, options: HttpOptions): Promise<void> {
  const maxPayload = options.maxMessages * signedMessageBytes
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
  { route, feed, greeting, check, serve }: SocketRoute,
  { places, unsent }: FeedShares,
  { clock, log, metrics }: ServerDeps,
  options: HttpOptions,
): void {
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    config: configOf(route),
    handler: plainRequest,
    preValidation: async (request) => {
      if (!request.ws) return
      takePlace(places, exchangeOf(request).source, request)
      await check(request)
    },
    wsHandler: (socket, request) => {
      const exchange = exchangeOf(request)
      exchange.end()
      metrics.feeds.inc({ feed })
      socket.once('close', () => metrics.feeds.dec({ feed }))
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

/** Takes a feed's place before anything is waited for; it is given back when the socket closes, upgraded or not. */
function takePlace(places: Share, source: string, { raw }: FastifyRequest): void {
  const { maximum, perSource } = places.bounds
  if (places.full(source))
    throw new RequestError({
      code: 'CONNECTIONS_EXCEEDED',
      maximum: places.total >= maximum ? maximum : perSource,
      retryAfterMs: 5_000,
    })
  places.add(source, 1)
  raw.socket.once('close', () => places.give(source))
}

/** Tells every WebSocket that the sequencer stops, then ends those that do not answer. */
async function closeSockets(
  clients: FastifyInstance['websocketServer']['clients'],
  { code, reason }: ReturnType<ServerDeps['farewell']>,
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
