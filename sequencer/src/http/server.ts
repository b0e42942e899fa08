import { feedLimits, maxJsonBytes, statusOfCode } from '@parley/api'
import { createApiServer, type Exchange } from '@parley/api/server'
import { addHttpFeeds, addSockets, type Farewell } from '@parley/feeds'
import { type CodedError, signedMessageBytes, TransitionError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Gauge, type Registry } from 'prom-client'
import type { SequencerError } from '../faults.ts'
import type { HttpOptions } from '../options.ts'
import type { Served } from './routes.ts'

export interface ServerDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  /** Why nothing but health and metrics is answered; undefined as long as all is. */
  readonly ended: () => SequencerError | undefined
  /** What WebSockets are told when the server closes. */
  readonly farewell: () => Farewell
}

/** HTTP status of a refusal of the state: the request was understood and cannot be. */
function statusOf(error: CodedError): number | undefined {
  return error instanceof TransitionError ? (statusOfCode(error.fault.code) ?? 422) : undefined
}

/** A server and what lets it answer more than health. */
export interface SequencerServer extends Pick<Served, 'begin'> {
  readonly app: FastifyInstance
}

/** An HTTP server of the routes; it listens when told to. */
export async function createServer(
  deps: ServerDeps,
  options: HttpOptions,
  routesOf: (exchangeOf: (request: FastifyRequest) => Exchange) => Served,
): Promise<SequencerServer> {
  const maxBodyBytes = Math.max(options.maxMessages * signedMessageBytes, maxJsonBytes)
  const server = createApiServer({ ...deps, statusOf }, { ...options, maxBodyBytes })
  const { app, exchangeOf } = server
  const { addTo, live, sockets, begin } = routesOf(exchangeOf)
  const maxFrameBytes = Math.max(options.maxMessages * signedMessageBytes, feedLimits.clientFrameBytes)
  const feeds = new Gauge({
    name: 'parley_sequencer_feeds',
    help: 'Open feeds',
    labelNames: ['feed'],
    registers: [deps.registry],
  })
  const shares = await addSockets(server, sockets, { ...deps, feeds }, { ...options, maxFrameBytes })
  addHttpFeeds(server, { ...deps, live, feeds, shares }, options)
  addTo(app)
  await app.ready()
  return { app, begin }
}
