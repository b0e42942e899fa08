import { randomBytes } from 'node:crypto'
import { decodeClientFrame, encodeServerRecord, feedLimits, httpFeedRoutes, RequestError } from '@parley/api'
import { type ApiServer, configOf, fastifyPath, placeOf } from '@parley/api/server'
import type { Clock } from '@parley/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Gauge } from 'prom-client'
import type { LiveFeeds } from '../session/live-feeds.ts'
import { closeCodes } from '../socket/close-codes.ts'
import type { SocketOptions } from '../socket/socket-options.ts'
import { type Farewell, type FeedShares, takeFeedPlace } from '../socket/socket-server.ts'
import { EventStream } from './event-stream.ts'
import { FrameQueue } from './frame-queue.ts'
import type { HttpTransport } from './http-transport.ts'

export interface HttpFeedsDeps {
  readonly live: LiveFeeds
  readonly clock: Clock
  readonly log: Logger
  readonly feeds: Gauge<'feed'>
  readonly shares: FeedShares
  readonly farewell: () => Farewell
}

const octets = 'application/octet-stream'
const retryAfterMs = 1_000

/** Feeds over HTTP that are open. */
export interface HttpFeeds {
  close(farewell: Farewell): void
}

/** Serves `/v1/feed` to those who have no WebSocket, by the same sessions. */
export function addHttpFeeds(server: ApiServer, deps: HttpFeedsDeps, options: SocketOptions): HttpFeeds {
  const feeds = new OpenFeeds(server, deps, options)
  const { app } = server
  const { events, frames, ask } = httpFeedRoutes
  app.route({
    method: events.method,
    url: fastifyPath(events.path),
    exposeHeadRoute: false,
    config: configOf(events),
    handler: async (request, reply) => feeds.stream(request, reply),
  })
  app.route({
    method: frames.method,
    url: fastifyPath(frames.path),
    exposeHeadRoute: false,
    config: configOf(frames),
    handler: (request, reply) => feeds.fetch(request, reply),
  })
  app.route({
    method: ask.method,
    url: fastifyPath(ask.path),
    bodyLimit: feedLimits.clientFrameBytes,
    config: configOf(ask),
    handler: async (request) => feeds.ask(request),
  })
  app.addHook('preClose', async () => feeds.close(deps.farewell()))
  return feeds
}

class OpenFeeds implements HttpFeeds {
  private readonly byName = new Map<string, HttpTransport>()
  private readonly server: ApiServer
  private readonly deps: HttpFeedsDeps
  private readonly options: SocketOptions

  constructor(server: ApiServer, deps: HttpFeedsDeps, options: SocketOptions) {
    this.server = server
    this.deps = deps
    this.options = options
  }

  stream(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    placeOf(httpFeedRoutes.events, request)
    const source = this.enter(request)
    reply.hijack()
    this.open('events', request, new EventStream(reply.raw, this.backlogOf(source), this.options))
    return reply
  }

  async fetch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { session, waitMs = 0 } = placeOf(httpFeedRoutes.frames, request).query
    const queue = session === undefined ? this.begin(request) : this.find(session)
    // An event stream is read where it was opened.
    if (!(queue instanceof FrameQueue)) throw new RequestError({ code: 'FEED_UNKNOWN' })
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort(new Error('nobody waits for the answer')))
    const { bytes, left } = await queue.fetch(waitMs, gone.signal)
    if (bytes.length > 0)
      reply.raw.once('close', () => {
        if (reply.raw.writableFinished) left()
        else queue.end()
      })
    return reply.header('cache-control', 'no-store').type(octets).send(bytes)
  }

  ask(request: FastifyRequest): { readonly bytes: number } {
    const { session } = placeOf(httpFeedRoutes.ask, request).query
    if (session === undefined)
      throw new RequestError({ code: 'FIELD_INVALID', field: 'session', expected: 'the name of a feed' })
    const transport = this.find(session)
    const { body } = request
    if (!(body instanceof Uint8Array))
      throw new RequestError({
        code: 'CONTENT_TYPE',
        received: request.headers['content-type'] ?? '',
        expected: [octets],
      })
    // Refused here, with what is wrong, before the feed has seen it.
    decodeClientFrame(body)
    if (transport.isPaused) throw new RequestError({ code: 'OVERLOADED', what: 'the feed', retryAfterMs })
    transport.take(Buffer.from(body))
    return { bytes: body.length }
  }

  close({ code, reason }: Farewell): void {
    for (const transport of this.byName.values()) transport.close(code, reason)
  }

  private begin(request: FastifyRequest): FrameQueue {
    const source = this.enter(request)
    const silenceMs = 2 * this.options.heartbeatMs
    const queue = new FrameQueue(this.backlogOf(source), this.options, silenceMs)
    this.open('frames', request, queue)
    return queue
  }

  /** Checks that a feed may be opened, and takes its place. @returns who reads. */
  private enter(request: FastifyRequest): string {
    this.deps.live.assertReady()
    const { source } = this.server.exchangeOf(request)
    takeFeedPlace(this.deps.shares.places, source)
    return source
  }

  private backlogOf(source: string) {
    const { clock, shares } = this.deps
    return { clock, unsent: shares.unsent, source }
  }

  private open(feed: string, request: FastifyRequest, transport: HttpTransport): void {
    const { live, feeds, shares, log } = this.deps
    const exchange = this.server.exchangeOf(request)
    const session = randomBytes(feedLimits.sessionBytes)
    const name = session.toString('hex')
    this.byName.set(name, transport)
    feeds.inc({ feed })
    transport.signal.addEventListener('abort', () => {
      this.byName.delete(name)
      feeds.dec({ feed })
      shares.places.give(exchange.source)
    })
    transport.post(Buffer.concat([encodeServerRecord('session', { session }), live.greeting(true)]), () => undefined)
    const failed = (error: unknown): void => {
      if (transport.signal.aborted) return
      log.error({ err: error, feed }, 'feed failed')
      transport.close(closeCodes.defect)
    }
    this.keepAlive(transport).catch(failed)
    live.serve(transport, exchange).catch(failed)
  }

  private async keepAlive(transport: HttpTransport): Promise<void> {
    const { clock, live } = this.deps
    while (true) {
      await clock.sleep(this.options.heartbeatMs, transport.signal)
      if (!transport.isHeard) transport.end()
      else if (!transport.isFull) transport.post(live.greeting(false), () => undefined)
    }
  }

  /** @throws {RequestError} `FEED_UNKNOWN`. */
  private find(session: Uint8Array): HttpTransport {
    const transport = this.byName.get(Buffer.from(session).toString('hex'))
    if (transport === undefined) throw new RequestError({ code: 'FEED_UNKNOWN' })
    return transport
  }
}
