import { RequestError, storeRoutes } from '@parley/api'
import {
  type ApiServer,
  addCharges,
  announcedBytes,
  assertBearer,
  createApiServer,
  type GuardOptions,
  guardOptions,
  Quota,
  serveRoutes,
} from '@parley/api/server'
import type { Bytes32 } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { classOf } from '../limits.ts'
import { maxPutBytes } from '../put-form.ts'
import type { ContentStore } from '../store/content-store.ts'
import { storeHandlers } from './handlers.ts'
import { createMetrics } from './metrics.ts'
import { storeServerBounds } from './options.ts'

export interface StoreServerDeps {
  readonly store: ContentStore
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Logger
  /** Asks others for a content that this store does not have; it is served, and not kept. Bounded by itself. */
  readonly elsewhere?: (digest: Bytes32, signal: AbortSignal) => Promise<Uint8Array | undefined>
  /** Why the store does not do its job now; undefined when it does. */
  readonly unreadyBecause?: () => string | undefined
}

/** Limits of what addresses, connections and requests may cost are the guard's. */
export interface StoreServerOptions extends Partial<GuardOptions> {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly version: string
  /** Bearer token of those who may put; anyone may when left out. */
  readonly token?: string | undefined
  /** Bytes that one address may put at once, and within a day, each content counted by its size class. Default 64 MiB and 1 GiB. */
  readonly putBurstBytes?: number
  readonly putBytesPerDay?: number
  /** Contents that are taken at once. Default 64. */
  readonly maxPuts?: number
}

export interface StoreServer {
  readonly url: string
  close(): Promise<void>
}

const retryAfterMs = 1_000
const secondsOfDay = 86_400
const info = { title: 'Parley store', summary: 'Keeps encrypted contents for their readers, and knows none of them' }

/** Serves a store over HTTP; resolves once it listens. */
export async function createStoreServer(deps: StoreServerDeps, options: StoreServerOptions): Promise<StoreServer> {
  const { store, registry, clock, log, elsewhere, unreadyBecause = () => undefined } = deps
  const {
    host,
    port,
    version,
    token,
    putBurstBytes = storeServerBounds.putBurstBytes[0],
    putBytesPerDay = storeServerBounds.putBytesPerDay[0],
    maxPuts = storeServerBounds.maxPuts[0],
    ...rest
  } = options
  const guard = guardOptions(rest)
  const server = createApiServer(
    { clock, log, registry, statusOf: () => undefined },
    { ...guard, maxBodyBytes: maxPutBytes, takesJson: false },
  )
  addCharges(server, undefined)
  const closing = new AbortController()
  const quota = new Quota(clock, {
    quotaBurst: putBurstBytes,
    quotaPerSecond: putBytesPerDay / secondsOfDay,
    quotaSources: guard.quotaSources,
  })
  guardPuts(server, store, { token, quota, maxPuts })
  const metrics = createMetrics(registry, store)
  serveRoutes(
    server.app,
    info,
    storeRoutes(maxPutBytes),
    storeHandlers({ store, elsewhere, metrics, registry, version, unreadyBecause, signal: closing.signal }),
  )
  const url = await server.app.listen({ host, port })
  log.info({ url }, 'store serves')
  return {
    url,
    async close() {
      closing.abort(new RequestError({ code: 'STOPPING', retryAfterMs }))
      await server.app.close()
    },
  }
}

interface PutBounds {
  readonly token: string | undefined
  readonly quota: Quota
  readonly maxPuts: number
}

/** Before a body is read: neither a stranger nor a flood may make the server hold megabytes. */
function guardPuts({ app, exchangeOf }: ApiServer, store: ContentStore, { token, quota, maxPuts }: PutBounds): void {
  let puts = 0
  app.addHook('onRequest', async (request) => {
    if (!isPut(request)) return
    if (token !== undefined) assertBearer(request, token)
    const exchange = exchangeOf(request)
    const bytes = announcedBytes(request, maxPutBytes)
    if (puts >= maxPuts) throw new RequestError({ code: 'OVERLOADED', what: 'contents taken at once', retryAfterMs })
    const release = store.reserve(bytes)
    try {
      quota.charge(exchange.source, classOf(bytes))
    } catch (error) {
      release()
      throw error
    }
    puts += 1
    exchange.onEnd(() => {
      puts -= 1
      release()
    })
  })
}

const isPut = ({ method, routeOptions: { url } }: FastifyRequest): boolean =>
  method === 'PUT' && url === '/v1/contents/:digest'
