import { type AnyRoute, nodeRoutes } from '@parley/api'
import { addCharges, createApiServer, type GuardOptions, guardOptions, serveRoutes } from '@parley/api/server'
import type { Clock } from '@parley/runtime'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { ParleyNode } from '../node.ts'
import { nodeHandlers } from './handlers.ts'

export interface NodeServerDeps {
  readonly node: ParleyNode
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Logger
}

export interface NodeServerOptions extends Partial<GuardOptions> {
  /** @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes a free one. @default 0 */
  readonly port?: number
}

export interface NodeServer {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  readonly url: string
  close(): Promise<void>
}

/** Bytes of the longest body of any route. */
const maxBodyBytes = Math.max(...Object.values(nodeRoutes).map(({ bodyLimit = 1024 }: AnyRoute) => bodyLimit))

const info = { title: 'Parley node', summary: 'Serves what it verified, with proofs' }

/** Serves a node over HTTP. */
export async function createNodeServer(deps: NodeServerDeps, options: NodeServerOptions = {}): Promise<NodeServer> {
  const { node, registry, log } = deps
  const { host = '127.0.0.1', port = 0, ...guard } = options
  // What is not meant for clients has no status.
  const server = createApiServer({ ...deps, statusOf: () => undefined }, { ...guardOptions(guard), maxBodyBytes })
  const { app } = server
  addCharges(server, undefined)
  measure(app, deps)
  serveRoutes(app, info, nodeRoutes, nodeHandlers(node, registry, server.exchangeOf))
  const url = await app.listen({ host, port })
  log.info({ url }, 'node serves')
  return { url, close: () => app.close() }
}

/** Measures answers by their route. */
function measure(app: FastifyInstance, { node }: NodeServerDeps): void {
  // Finding a histogram by its labels costs more than observing.
  const histograms = new Map<string, ReturnType<typeof node.metrics.httpSeconds.labels>>()
  app.addHook('onResponse', ({ routeOptions: { url } }, reply, done) => {
    const key = `${reply.statusCode} ${url}`
    const histogram = histograms.get(key) ?? node.metrics.httpSeconds.labels(url ?? 'none', String(reply.statusCode))
    histograms.set(key, histogram)
    histogram.observe(reply.elapsedTime / 1000)
    done()
  })
}
