import { pdsRouteLimits, pdsRoutes, RequestError } from '@parley/api'
import { addCharges, createApiServer, type GuardOptions, guardOptions, serveRoutes } from '@parley/api/server'
import type { Pds } from '../pds.ts'
import { pdsHandlers } from './handlers.ts'

/** Limits of what addresses, connections and requests may cost are the guard's. */
export interface PdsServerOptions extends Partial<GuardOptions> {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly version: string
}

export interface PdsServer {
  readonly url: string
  close(): Promise<void>
}

const retryAfterMs = 1_000
const info = { title: 'Parley PDS', summary: 'Keeps what comes for its users, and signs what it says of it' }

/** Serves a post-delivery service over HTTP; resolves once it listens. */
export async function createPdsServer(pds: Pds, options: PdsServerOptions): Promise<PdsServer> {
  const { host, port, version, ...guard } = options
  const { clock, log, registry } = pds.deps
  const server = createApiServer(
    { clock, log, registry, statusOf: () => undefined },
    { ...guardOptions(guard), maxBodyBytes: pdsRouteLimits.bodyBytes, takesJson: false },
  )
  addCharges(server, undefined)
  const closing = new AbortController()
  serveRoutes(server.app, info, pdsRoutes, pdsHandlers({ pds, version, signal: closing.signal }))
  const url = await server.app.listen({ host, port })
  log.info({ url, key: pds.deps.key.address }, 'post-delivery service serves')
  return {
    url,
    async close() {
      closing.abort(new RequestError({ code: 'STOPPING', retryAfterMs }))
      await server.app.close()
    },
  }
}
