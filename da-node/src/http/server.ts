import { authorityHeader, daNodeRoutes, RequestError } from '@parley/api'
import {
  type ApiServer,
  addCharges,
  announcedBytes,
  createApiServer,
  type GuardOptions,
  guardOptions,
  Share,
  serveRoutes,
} from '@parley/api/server'
import type { Clock } from '@parley/runtime'
import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DaNode } from '../da-node.ts'
import type { Granted } from '../taking/authorities.ts'
import { daNodeHandlers } from './handlers.ts'

export interface DaNodeServerDeps {
  readonly node: DaNode
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Logger
}

/** Limits of what addresses, connections and requests may cost are the guard's. */
export interface DaNodeServerOptions extends Partial<GuardOptions> {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly version: string
  /** What the operator asks for, wei a GiB and day. Default 0. */
  readonly pricePerGiBDay?: bigint
  /** Files open for reading at once, 64, of them for one address, 16. */
  readonly maxOpenFiles?: number
  readonly maxOpenFilesPerAddress?: number
}

export interface DaNodeServer {
  readonly url: string
  close(): Promise<void>
}

const retryAfterMs = 1_000
const info = { title: 'Parley DA node', summary: 'A member of a DA committee: what it signed for, it serves' }

/** Serves a DA node over HTTP; resolves once it listens. */
export async function createDaNodeServer(deps: DaNodeServerDeps, options: DaNodeServerOptions): Promise<DaNodeServer> {
  const { node, registry, clock, log } = deps
  const { host, port, version, pricePerGiBDay = 0n, maxOpenFiles = 64, maxOpenFilesPerAddress = 16, ...guard } = options
  const { maxPartBytes } = node.settings
  const server = createApiServer(
    { clock, log, registry, statusOf: () => undefined },
    { ...guardOptions(guard), maxBodyBytes: maxPartBytes, takesJson: false },
  )
  addCharges(server, undefined)
  const closing = new AbortController()
  const granted = new WeakMap<FastifyRequest, Granted>()
  guardReading(server, new Share({ maximum: maxOpenFiles, perSource: maxOpenFilesPerAddress }))
  guardTaking(server, node, granted, closing.signal)
  serveRoutes(
    server.app,
    info,
    daNodeRoutes(maxPartBytes),
    daNodeHandlers(server, { node, registry, version, pricePerGiBDay, granted, signal: closing.signal }),
  )
  const url = await server.app.listen({ host, port })
  log.info({ url }, 'DA node serves')
  return {
    url,
    async close() {
      closing.abort(new RequestError({ code: 'STOPPING', retryAfterMs }))
      await server.app.close()
    },
  }
}

const pathOf = ({ routeOptions: { url } }: FastifyRequest): string => url ?? ''

function guardReading({ app, exchangeOf }: ApiServer, open: Share): void {
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'GET' || pathOf(request) !== '/v1/parts/:chunkRoot') return
    const exchange = exchangeOf(request)
    if (!open.take(exchange.source)) throw new RequestError({ code: 'OVERLOADED', what: 'open files', retryAfterMs })
    exchange.onEnd(() => open.give(exchange.source))
  })
}

/** Before a body is read: neither a stranger nor a flood may make the server hold megabytes. */
function guardTaking(
  { app, exchangeOf }: ApiServer,
  node: DaNode,
  granted: WeakMap<FastifyRequest, Granted>,
  signal: AbortSignal,
): void {
  const { maxUploads, maxPartBytes } = node.settings
  let uploads = 0
  app.addHook('onRequest', async (request) => {
    const stores = request.method === 'PUT' && pathOf(request) === '/v1/parts'
    const attests = request.method === 'POST' && pathOf(request) === '/v1/attest'
    if (!stores && !attests) return
    const exchange = exchangeOf(request)
    const bytes = stores ? announcedBytes(request, maxPartBytes) : 0
    const header = request.headers[authorityHeader]
    const grant = await node.authorities.check(typeof header === 'string' ? header : undefined, signal)
    granted.set(request, grant)
    if (!stores) return
    if (uploads >= maxUploads) throw new RequestError({ code: 'OVERLOADED', what: 'uploads', retryAfterMs })
    uploads += 1
    exchange.onEnd(() => {
      uploads -= 1
    })
    exchange.onEnd(await node.taking.expect(grant, bytes))
  })
}
