import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import proxyAddr from '@fastify/proxy-addr'
import type { Clock } from '@parley/runtime'
import { RequestError } from '../faults.ts'
import { Dispatcher } from './dispatcher.ts'
import { Exchange, type ExpectedBody } from './exchange.ts'
import { GuardedConnection } from './guarded-connection.ts'
import { json, mediaTypeOf } from './media.ts'
import { connectionsWithin, type GuardOptions } from './options.ts'
import { Quota } from './quota.ts'
import { ReadTurns } from './read-turns.ts'
import { corsHeaders, refuse, refuseSocket } from './refuse.ts'
import { Share } from './share.ts'
import { sourceOf } from './source.ts'

/** Of a server that only those reach who have a certificate of `ca`. All in PEM. */
export interface MutualTls {
  readonly key: string
  readonly cert: string
  /** Who certifies those who may connect. */
  readonly ca: string
}

export interface GuardDeps {
  readonly clock: Clock
  /** Bytes that a body without a length may have. */
  readonly maxBodyBytes: number
  /** Told of everything refused, by code. */
  readonly onRefused: (code: string) => void
  /** Connections are taken from those alone who have a certificate; from anybody when left out. */
  readonly tls?: MutualTls | undefined
  /** Answers what it can below the routes; false leaves a request to them. */
  readonly direct?: (request: IncomingMessage, response: ServerResponse, exchange: Exchange) => boolean
}

/** Tokens of any request, whatever it asks for. */
const requestTokens = 16
/** Bytes of a body that cost a token. JSON is parsed, which octets are not. */
const bytesPerToken = 111
const jsonBytesPerToken = 32

/** Connections of one address that sent too much ahead and are still answered. */
const refusedPerAddress = 4

/** Milliseconds between looks for requests that come too slowly. */
const connectionsCheckingInterval = 1_000

/** Bounds what addresses, connections and requests cost a server, before its routes see them. */
export class Guard {
  readonly options: GuardOptions
  readonly quota: Quota
  /** Bytes of bodies and answers. */
  readonly held: Share
  readonly connections: Share

  private readonly deps: GuardDeps
  private readonly waiting: Share
  private readonly refused = new Share({ maximum: 4 * refusedPerAddress, perSource: refusedPerAddress })
  private readonly dispatcher = new Dispatcher()
  private readonly turns = new ReadTurns()
  private readonly trusts: (address: string, hop: number) => boolean
  private readonly exchanges = new WeakMap<IncomingMessage, Exchange>()

  constructor(deps: GuardDeps, options: GuardOptions) {
    this.deps = deps
    this.options = options
    this.quota = new Quota(deps.clock, options)
    this.held = new Share({ maximum: options.maxHeldBytes, perSource: options.maxHeldBytesPerAddress })
    const maximum = connectionsWithin(options)
    this.connections = new Share({ maximum, perSource: options.maxConnectionsPerAddress })
    const perSource = options.maxWaitingPerAddress
    this.waiting = new Share({ maximum: 4 * perSource, perSource })
    this.trusts = proxyAddr.compile([...options.trustedProxies])
  }

  /** An HTTP server whose `listener` sees what the guard lets through. */
  createServer(listener: RequestListener): Server {
    const { headersTimeoutMs, requestTimeoutMs, keepAliveMs, stalledMs } = this.options
    const { tls } = this.deps
    const options = {
      // Node exchanges the two when the first is the larger.
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(connectionsCheckingInterval, requestTimeoutMs),
      keepAliveTimeout: keepAliveMs,
      // Whoever sends none is told by the routes, with a code.
      requireHostHeader: false,
    }
    const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...demanding(tls) })
    server.maxConnections = this.connections.bounds.maximum
    const open = new WeakMap<Socket, GuardedConnection>()
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      // Whoever comes by a socket of the file system has no address.
      const isLocal = typeof server.address() === 'string'
      const connection = this.admitConnection(socket, isLocal ? 'local socket' : socket.remoteAddress, listener)
      if (connection !== undefined) open.set(socket, connection)
    })
    server.on('checkExpectation', (_, response: ServerResponse) =>
      refuse(response, new RequestError({ code: 'REQUEST_MALFORMED', reason: 'has an unknown Expect header' }), true),
    )
    server.on('connect', ({ method = '', url = '' }: IncomingMessage, socket: Socket) =>
      refuseSocket(socket, new RequestError({ code: 'ROUTE_UNKNOWN', method, path: url })),
    )
    server.on('request', (request, response) => open.get(request.socket)?.take(request, response))
    server.once('listening', () => {
      // Where nobody takes upgrades, Node answers them as requests, unless somebody listens for them.
      if (server.listenerCount('upgrade') === 0) return
      server.prependListener('upgrade', ({ socket }: IncomingMessage) => open.get(socket)?.upgrade())
    })
    server.setTimeout(stalledMs, (socket) => {
      const busy = open.get(socket)?.busy === true && socket.writableLength === 0
      // A handler that takes its time is no stalled reader.
      if (busy) socket.setTimeout(stalledMs)
      else socket.destroy()
    })
    return server
  }

  /** Who asks; behind proxies that are trusted, whom they say they ask for. */
  sourceOf(request: IncomingMessage): string {
    const { remoteAddress = '' } = request.socket
    return sourceOf(this.trusts(remoteAddress, 0) ? proxyAddr(request, this.trusts) : remoteAddress)
  }

  /**
   * What a request may cost. An upgrade reaches the routes without `begin`, so it begins here.
   * @throws {RequestError} `QUOTA_EXCEEDED`, `OVERLOADED`.
   */
  exchangeOf(request: IncomingMessage): Exchange {
    const known = this.exchanges.get(request)
    if (known !== undefined) return known
    const exchange = this.begin(request, this.sourceOf(request))
    this.exchanges.set(request, exchange)
    request.socket.once('close', () => exchange.end())
    return exchange
  }

  /** @throws {RequestError} `QUOTA_EXCEEDED`, `OVERLOADED`. */
  private begin(request: IncomingMessage, source: string): Exchange {
    const exchange = new Exchange(this, source)
    exchange.begin(requestTokens, this.bodyOf(request))
    return exchange
  }

  refuse(response: ServerResponse, error: RequestError, close: boolean): void {
    this.deps.onRefused(error.fault.code)
    refuse(response, error, close)
  }

  private bodyOf({ headers }: IncomingMessage): ExpectedBody {
    const { maxBodyBytes } = this.deps
    const chunked = headers['transfer-encoding'] !== undefined
    // What is longer is refused without being read.
    const bytes = chunked ? maxBodyBytes : Math.min(Number(headers['content-length'] ?? 0), maxBodyBytes)
    return { bytes, bytesPerToken: mediaTypeOf(headers['content-type']) === json ? jsonBytesPerToken : bytesPerToken }
  }

  private admitConnection(
    socket: Socket,
    address: string | undefined,
    listener: RequestListener,
  ): GuardedConnection | undefined {
    if (address === undefined) return undefined
    const source = this.trusts(address, 0) ? `proxy ${address}` : sourceOf(address)
    const counted = !this.trusts(address, 0)
    if (counted && !this.connections.take(source)) {
      this.deps.onRefused('CONNECTIONS_EXCEEDED')
      socket.destroy()
      return undefined
    }
    if (!counted) this.connections.add(source, 1)
    socket.once('close', () => this.connections.give(source))
    const connection = new GuardedConnection(
      {
        // Behind a proxy each request has a source of its own.
        begin: (request, ofConnection) => this.begin(request, counted ? ofConnection : this.sourceOf(request)),
        refuse: (response, error, close) => this.refuse(response, error, close),
        listener: (request, response, exchange) => this.answer({ request, response, exchange }, listener),
        waiting: this.waiting,
        refused: this.refused,
        onCut: ({ fault }) => this.deps.onRefused(fault.code),
        dispatcher: this.dispatcher,
        turns: this.turns,
      },
      { socket, source, maxRequests: this.options.maxRequestsPerConnection },
    )
    return connection
  }

  private answer({ request, response, exchange }: Admitted, listener: RequestListener): void {
    if (this.deps.direct?.(request, response, exchange) === true) return
    this.exchanges.set(request, exchange)
    for (const [name, value] of Object.entries(corsHeaders)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') preflight(response)
    else listener(request, response)
  }
}

interface Admitted {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly exchange: Exchange
}

/** The last version of TLS, and nobody without a certificate. */
function demanding({ key, cert, ca }: MutualTls): TlsOptions {
  return { key, cert, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }
}

/** Lets any page send what the routes take; which of it a route takes is the route's matter. */
function preflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, OPTIONS',
      'access-control-allow-headers': 'accept, authorization, content-type, range, if-none-match',
      'access-control-max-age': '86400',
    })
    .end()
}
