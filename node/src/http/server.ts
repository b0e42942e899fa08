import { type AnyRoute, nodeRoutes } from '@parley/api'
import {
  type ApiServer,
  addCharges,
  createApiServer,
  type GuardOptions,
  guardOptions,
  serveDirectly,
  serveRoutes,
} from '@parley/api/server'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { ParleyNode } from '../node.ts'
import { nodeHandlers } from './handlers.ts'
import { readHandlers } from './read-handlers.ts'

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
  measure(server, deps)
  serveRoutes(app, info, nodeRoutes, nodeHandlers(node, registry, server.exchangeOf))
  serveDirectly(server.direct, nodeRoutes, readHandlers(node.reads))
  const url = await app.listen({ host, port })
  log.info({ url }, 'node serves')
  return { url, close: () => app.close() }
}

/** Measures answers by their route. */
function measure({ app, direct }: ApiServer, { node }: NodeServerDeps): void {
  // Finding a histogram by its labels costs more than observing.
  const histograms = new Map<string, Map<number, ReturnType<typeof node.metrics.httpSeconds.labels>>>()
  const answered = (url: string, status: number, seconds: number): void => {
    const ofUrl = histograms.get(url) ?? new Map()
    histograms.set(url, ofUrl)
    const histogram = ofUrl.get(status) ?? node.metrics.httpSeconds.labels(url, String(status))
    ofUrl.set(status, histogram)
    histogram.observe(seconds)
  }
  direct.onAnswered(answered)
  app.addHook('onResponse', ({ routeOptions: { url } }, reply, done) => {
    answered(url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
    done()
  })
}
