import type { IncomingMessage } from 'node:http'
import { CodedError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Counter, Gauge, Registry } from 'prom-client'
import { RequestError } from '../faults.ts'
import { maxJsonBytes } from '../routes/sequencer.ts'
import { admit } from './admit.ts'
import { answerableOf } from './answerable.ts'
import { DirectReads, type DirectReadsDeps } from './direct-reads.ts'
import type { Exchange } from './exchange.ts'
import { Guard, type MutualTls } from './guard.ts'
import { dearJson } from './json-shape.ts'
import { KnownMethods } from './known-methods.ts'
import { json, mediaTypeOf, octets } from './media.ts'
import { serveMetricsApart } from './metrics-apart.ts'
import type { GuardOptions } from './options.ts'
import { clientFault, faultAnswer, refuseSocket } from './refuse.ts'

export interface ApiServerDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  /** Status of a fault of the server's own; undefined when it is not meant for clients. */
  readonly statusOf: (error: CodedError) => number | undefined
  /** Why nothing is answered any more; undefined as long as it is. Health and metrics are answered all the same. */
  readonly ended?: () => CodedError | undefined
}

export interface ApiServerOptions extends GuardOptions {
  /** Bytes of the longest body of any route. */
  readonly maxBodyBytes: number
  /** Whether bodies may be JSON. Default true. */
  readonly takesJson?: boolean
  /** Only those may connect who have a certificate; anybody when left out. */
  readonly tls?: MutualTls | undefined
}

export interface ApiServer {
  readonly app: FastifyInstance
  readonly guard: Guard
  /** Reads that are answered below the routes. */
  readonly direct: DirectReads
  /** What a request costs; only within hooks and handlers of the server. */
  exchangeOf(request: { readonly raw: IncomingMessage }): Exchange
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Tokens that the route costs beside those of any request. */
    cost?: number | undefined
    /** Bytes of the answer at most, where they are many. */
    answerBytes?: number | undefined
    /** Answered also when the process has failed. */
    always?: boolean | undefined
  }
}

/** Bytes of a body where the route names no other bound. */
const defaultBodyLimit = 1024

/** An HTTP server behind the guard; routes are added to `app`, which listens when told to. */
export function createApiServer(deps: ApiServerDeps, options: ApiServerOptions): ApiServer {
  const { clock, registry } = deps
  const refusals = new Counter({
    name: 'parley_http_faults_total',
    help: 'Requests and connections answered by a fault, by code',
    labelNames: ['code'],
    registers: [registry],
  })
  const onRefused = (code: string): void => refusals.inc({ code })
  const faulted = faultsOf(deps, onRefused)
  const direct = new DirectReads({ faulted })
  const guard = new Guard(
    {
      clock,
      maxBodyBytes: options.maxBodyBytes,
      onRefused,
      tls: options.tls,
      direct: (request, response, exchange) => direct.take(request, response, exchange),
    },
    options,
  )
  measure(registry, guard)
  const app = fastify({
    bodyLimit: defaultBodyLimit,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    serverFactory: (listener) => guard.createServer(listener),
    return503OnClosing: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 66 },
    clientErrorHandler: (error, socket) => {
      const fault = clientFault(error as { code?: string })
      onRefused(fault.fault.code)
      refuseSocket(socket, fault)
    },
    frameworkErrors: (error, _, reply) => {
      answerFault(reply as FastifyReply, new RequestError({ code: 'REQUEST_MALFORMED', reason: error.message }), 400)
    },
  })
  const methods = new KnownMethods()
  app.addHook('onRoute', ({ url, method }) => methods.add(url, [method].flat()))
  const exchangeOf = ({ raw }: { readonly raw: IncomingMessage }): Exchange => guard.exchangeOf(raw)
  addParsers(app, exchangeOf, options.takesJson ?? true)
  addFaults(app, { exchangeOf, methods, faulted, onRefused })
  if (options.metricsPort !== undefined) {
    // Its own refusals are nobody's business.
    const apart = createApiServer(
      { ...deps, registry: new Registry() },
      { ...options, metricsPort: undefined, tls: undefined },
    )
    addCharges(apart, undefined)
    const listening = (url: string): void => deps.log.info({ url }, 'metrics are served')
    serveMetricsApart(app, apart.app, { registry, port: options.metricsPort, listening })
  }
  return { app, guard, direct, exchangeOf }
}

/** Adds what must run after the hooks of plugins: charges of routes, and refusals. */
export function addCharges({ app, guard, exchangeOf }: ApiServer, ended: ApiServerDeps['ended']): void {
  // Hooks that call back cost a request less than those that promise.
  app.addHook('onRequest', (request, _reply, done) => {
    const exchange = exchangeOf(request)
    const { config, url } = request.routeOptions
    const { always } = config
    if (url === '/metrics' && guard.options.metricsPort !== undefined)
      throw new RequestError({ code: 'ROUTE_UNKNOWN', method: request.method, path: url })
    const fault = always === true ? undefined : ended?.()
    if (fault !== undefined) throw fault
    assertJsonSize(request)
    admit(request.raw, exchange, config)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    exchangeOf(request).answers(lengthOf(payload, reply))
    done(null, payload)
  })
}

function assertJsonSize({ headers }: FastifyRequest): void {
  const bytes = Number(headers['content-length'] ?? 0)
  if (bytes > maxJsonBytes && mediaTypeOf(headers['content-type']) === json) throw jsonTooLong(bytes)
}

function jsonTooLong(bytes: number): RequestError {
  return new RequestError({ code: 'BODY_SIZE', bytes, minimum: 0, maximum: maxJsonBytes, multipleOf: 1 })
}

/** Bytes of an answer; of a stream, what waits in it at once. */
function lengthOf(payload: unknown, reply: FastifyReply): number {
  if (typeof payload === 'string' || payload instanceof Uint8Array) return payload.length
  const length = Number(reply.getHeader('content-length') ?? 0)
  return payload === undefined || payload === null ? 0 : Math.min(length, 64 * 1024)
}

function addParsers(app: FastifyInstance, exchangeOf: ApiServer['exchangeOf'], takesJson: boolean): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(octets, { parseAs: 'buffer' }, (request, body, done) => {
    exchangeOf(request).received(body.length)
    done(null, body)
  })
  if (!takesJson) return
  app.addContentTypeParser(json, { parseAs: 'string' }, (request, body, done) => {
    exchangeOf(request).received(body.length)
    if (body.length > maxJsonBytes) return done(jsonTooLong(body.length))
    const reason = dearJson(body as string)
    if (reason !== undefined) return done(new RequestError({ code: 'BODY_MALFORMED', reason }))
    try {
      done(null, JSON.parse(body as string))
    } catch {
      // What is wrong with the text concerns its sender only.
      done(new RequestError({ code: 'BODY_MALFORMED', reason: 'not JSON' }))
    }
  })
}

/** What an answer meets whose client has gone: its stream was let go, or its head had left with what was cut off. */
const afterTheEnd: ReadonlySet<unknown> = new Set([
  'ERR_HTTP_HEADERS_SENT',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/** What requests meet, as it is answered: counted by its code, and defects told to the log. */
function faultsOf({ log, statusOf }: ApiServerDeps, onRefused: (code: string) => void): DirectReadsDeps['faulted'] {
  return (error, route) => {
    const answerable = answerableOf(error, statusOf)
    const { code } = answerable.error.fault
    onRefused(code)
    if (code === 'INTERNAL') log.error({ err: answerable.error.cause, route }, 'request met a defect')
    return answerable
  }
}

interface FaultsDeps extends Pick<ApiServer, 'exchangeOf'> {
  readonly methods: KnownMethods
  readonly faulted: DirectReadsDeps['faulted']
  readonly onRefused: (code: string) => void
}

function addFaults(app: FastifyInstance, { exchangeOf, methods, faulted, onRefused }: FaultsDeps): void {
  app.setErrorHandler((error, request, reply) => {
    if (afterTheEnd.has((error as { code?: unknown }).code) && exchangeOf(request).ended) {
      reply.raw.destroy()
      return reply.hijack()
    }
    const met = error instanceof CodedError ? error : requestErrorOf(error as Partial<FastifyError>, request)
    const { error: fault, status } = faulted(met, request.routeOptions.url ?? '')
    return answerFault(reply, fault, status)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const { method } = request
    const allowed = methods.of(path)
    const fault = new RequestError(
      allowed.length === 0
        ? { code: 'ROUTE_UNKNOWN', method, path }
        : { code: 'METHOD_UNKNOWN', method, path, allowed },
    )
    onRefused(fault.fault.code)
    if (allowed.length === 0) return answerFault(reply, fault, 404)
    return answerFault(reply.header('allow', allowed.join(', ')), fault, 405)
  })
}

function requestErrorOf(error: Partial<FastifyError>, request: FastifyRequest): RequestError {
  const { code, statusCode, message } = error
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const maximum = request.routeOptions.bodyLimit ?? defaultBodyLimit
    return new RequestError({ code: 'BODY_SIZE', bytes: maximum + 1, minimum: 0, maximum, multipleOf: 1 })
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new RequestError({
      code: 'CONTENT_TYPE',
      received: request.headers['content-type'] ?? '',
      expected: [octets, json],
    })
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new RequestError({ code: 'REQUEST_MALFORMED', reason: message ?? '' }, { cause: error })
  return new RequestError({ code: 'INTERNAL' }, { cause: error })
}

/** Answers with a fault: its status, `Retry-After` where waiting helps, and its JSON. */
function answerFault(reply: FastifyReply, error: CodedError, status: number): FastifyReply {
  const { headers, body } = faultAnswer(error, status)
  return reply.code(status).headers(headers).send(body)
}

function measure(registry: Registry, guard: Guard): void {
  const registers = [registry]
  new Gauge({
    name: 'parley_http_connections',
    help: 'Open TCP connections',
    registers,
    collect() {
      this.set(guard.connections.total)
    },
  })
  new Gauge({
    name: 'parley_http_held_bytes',
    help: 'Bytes of bodies and answers held or kept room for',
    registers,
    collect() {
      this.set(guard.held.total)
    },
  })
}
