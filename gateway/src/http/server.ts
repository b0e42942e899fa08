import { gatewayLimits, gatewayRoutes, RequestError } from '@parley/api'
import { addCharges, createApiServer, type GuardOptions, guardOptions, serveRoutes } from '@parley/api/server'
import type { Gateway } from '../gateway.ts'
import { gatewayHandlers } from './handlers.ts'

/** Limits of what addresses, connections and requests may cost are the guard's. */
export interface GatewayServerOptions extends Partial<GuardOptions> {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly version: string
}

export interface GatewayServer {
  readonly url: string
  close(): Promise<void>
}

const retryAfterMs = 1_000
const info = { title: 'Parley gateway', summary: 'Pays for consumers, and signs what it promises them' }

/** Serves a gateway over HTTP; resolves once it listens. */
export async function createGatewayServer(gateway: Gateway, options: GatewayServerOptions): Promise<GatewayServer> {
  const { host, port, version, ...guard } = options
  const { clock, log, registry } = gateway.deps
  const server = createApiServer(
    { clock, log, registry, statusOf: () => undefined },
    { ...guardOptions(guard), maxBodyBytes: gatewayLimits.bodyBytes },
  )
  addCharges(server, undefined)
  const closing = new AbortController()
  serveRoutes(server.app, info, gatewayRoutes, gatewayHandlers(server, { gateway, version, signal: closing.signal }))
  const url = await server.app.listen({ host, port })
  log.info({ url, relayer: gateway.deps.sender.address }, 'gateway serves')
  return {
    url,
    async close() {
      closing.abort(new RequestError({ code: 'STOPPING', retryAfterMs }))
      await server.app.close()
    },
  }
}
