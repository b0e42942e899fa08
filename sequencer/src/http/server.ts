import type { Socket } from 'node:net'
import websocket from '@fastify/websocket'
import { type Clock, type CodedError, signedMessageBytes } from '@parley/protocol'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { SequencerError } from '../faults.ts'
import { Connection, closeCodes } from '../feeds/connection.ts'
import type { Metrics } from '../metrics.ts'
import type { HttpOptions } from '../options.ts'
import { answerFault, codedOf } from './answers.ts'
import { FeedGate, type SocketRoute } from './feed-routes.ts'
import { openApiDocument } from './openapi.ts'
import { json, octets, type Route } from './route.ts'

export interface ServerDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  /** Why nothing is answered any more; undefined as long as it is. Metrics are told all the same. */
  readonly ended: () => SequencerError | undefined
}

/** Bytes of a body where the route names no other bound. */
const defaultBodyLimit = 1024

/** Milliseconds that open WebSockets have to answer our closing. */
const closingMs = 2_000

const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** The document route, which describes the others and itself. */
function withDocument(routes: readonly Route[]): Route[] {
  const all: Route[] = [...routes]
  const route: Route = {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    answer: { [json]: { type: 'object' } },
    faults: {},
    handle: async () => document,
  }
  all.push(route)
  const document = openApiDocument(all)
  return all
}

/** An HTTP server of `routes` and `sockets`; it listens when told to. */
export async function createServer(
  deps: ServerDeps,
  options: HttpOptions,
  routes: readonly Route[],
  sockets: readonly SocketRoute[],
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: defaultBodyLimit,
    requestTimeout: options.requestTimeoutMs,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    return503OnClosing: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 64 },
    exposeHeadRoutes: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _, reply) => {
      const reason = error.message.slice(0, 200)
      answerFault(reply as FastifyReply, new SequencerError({ code: 'REQUEST_MALFORMED', reason }))
    },
  })
  app.server.maxConnections = options.maxConnections
  addParsers(app)
  await app.register(websocket, {
    options: { maxPayload: options.maxMessages * signedMessageBytes, perMessageDeflate: false },
    preClose: closeSockets,
    errorHandler: (error, socket) => {
      deps.log.error({ err: error }, 'websocket failed')
      socket.close(closeCodes.defect)
    },
  })
  // After the plugin, whose own hook must have seen an upgrade before one here refuses it: otherwise its socket stays open.
  addFaults(app, deps)
  const gate = new FeedGate(options.maxFeeds)
  for (const route of withDocument([...routes, ...sockets])) {
    const socket = sockets.find(({ path }) => path === route.path)
    if (socket === undefined) addRoute(app, route)
    else addSocket(app, socket, gate, deps, options)
  }
  await app.ready()
  return app
}

function addRoute(app: FastifyInstance, { method, path, bodyLimit, handle }: Route): void {
  app.route({ method, url: fastifyPath(path), bodyLimit: bodyLimit ?? defaultBodyLimit, handler: handle })
}

function addSocket(
  app: FastifyInstance,
  route: SocketRoute,
  gate: FeedGate,
  { clock, log, metrics }: ServerDeps,
  options: HttpOptions,
): void {
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    handler: route.handle,
    preValidation: async (request) => {
      if (!request.ws) return
      gate.demandRoom()
      await route.check(request)
    },
    wsHandler: (socket, request) => {
      metrics.feeds.inc({ feed: route.feed })
      gate.entered(socket, () => metrics.feeds.dec({ feed: route.feed }))
      const connection = new Connection(socket, clock, options, route.greeting, request.raw.socket)
      route.serve(connection, request as FastifyRequest).catch((error: unknown) => {
        if (connection.signal.aborted) return
        log.error({ err: error, feed: route.feed }, 'feed failed')
        connection.close(closeCodes.defect)
      })
    },
  })
}

function addParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(octets, { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.addContentTypeParser(json, { parseAs: 'string' }, (_, body, done) => {
    try {
      done(null, JSON.parse(body as string))
    } catch {
      // What is wrong with the text concerns its sender only.
      done(new SequencerError({ code: 'BODY_MALFORMED', reason: 'not JSON' }))
    }
  })
}

function addFaults(app: FastifyInstance, { log, metrics, ended }: ServerDeps): void {
  app.addHook('onRequest', async (request) => {
    const fault = request.routeOptions.url === '/metrics' ? undefined : ended()
    if (fault !== undefined) throw fault
  })
  app.setErrorHandler((error, request, reply) => {
    const bodyLimit = request.routeOptions.bodyLimit ?? defaultBodyLimit
    const coded = codedOf(error, { contentType: request.headers['content-type'] ?? '', bodyLimit })
    metrics.requestFaults.inc({ code: coded.fault.code })
    if (coded.fault.code === 'INTERNAL')
      log.error({ err: coded.cause, route: request.routeOptions.url }, 'request met a defect')
    return answerFault(reply, coded)
  })
  app.setNotFoundHandler((request, reply) => {
    const fault = new SequencerError({
      code: 'ROUTE_UNKNOWN',
      method: request.method,
      path: request.url.split('?')[0]!.slice(0, 200),
    })
    metrics.requestFaults.inc({ code: fault.fault.code })
    return answerFault(reply, fault)
  })
}

/** Answers what is not HTTP, or came too slowly, and ends the connection. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return
  const fault: CodedError =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new SequencerError({ code: 'REQUEST_TIMEOUT' })
      : new SequencerError({ code: 'REQUEST_MALFORMED', reason: error.code ?? 'not HTTP' })
  const body = JSON.stringify(fault.toJSON())
  const status = fault.fault.code === 'REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** Tells every WebSocket that the sequencer stops, then ends those that do not answer. */
async function closeSockets(this: FastifyInstance): Promise<void> {
  const { clients } = this.websocketServer
  const closed = [...clients].map(
    (client) =>
      new Promise<void>((resolve) => {
        client.once('close', () => resolve())
        client.close(closeCodes.stopping)
      }),
  )
  const late = setTimeout(() => {
    for (const client of clients) client.terminate()
  }, closingMs)
  await Promise.all(closed)
  clearTimeout(late)
}
