import { pushLimits, pushRoutes, RequestError } from '@parley/api'
import {
  addCharges,
  createApiServer,
  type GuardOptions,
  guardOptions,
  type Handlers,
  healthHandlers,
  json,
  octets,
  serveRoutes,
} from '@parley/api/server'
import type { Push } from '../push.ts'
import type { Registered } from '../targets/target.ts'

/** Limits of what addresses, connections and requests may cost are the guard's. */
export interface PushServerOptions extends Partial<GuardOptions> {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly version: string
  /** Public key of Web Push, where devices are woken by it. */
  readonly vapidKey?: Uint8Array | undefined
}

export interface PushServer {
  readonly url: string
  close(): Promise<void>
}

const retryAfterMs = 1_000
const info = { title: 'Parley push', summary: 'Wakes devices when something happens in their buckets of conversations' }

/** Serves registrations over HTTP; resolves once it listens. */
export async function createPushServer(push: Push, options: PushServerOptions): Promise<PushServer> {
  const { host, port, version, vapidKey, ...guard } = options
  const { clock, log, registry } = push.deps
  const server = createApiServer(
    { clock, log, registry, statusOf: () => undefined },
    { ...guardOptions(guard), maxBodyBytes: pushLimits.bodyBytes },
  )
  addCharges(server, undefined)
  const closing = new AbortController()
  const handlers: Handlers<typeof pushRoutes> = {
    async about() {
      const { everyMs, maxExpiryMs, maxRegistrationsPerAddress } = push.settings
      return { kinds: push.kinds, vapidKey, everyMs, maxExpiryMs, maxRegistrationsPerAddress, version }
    },
    async register({ place: { params }, body, fromOctets, request }) {
      if (fromOctets) throw new RequestError({ code: 'CONTENT_TYPE', received: octets, expected: [json] })
      const registered = body as Registered
      const { source } = server.exchangeOf(request)
      const { authorization } = request.headers
      await push.register({ name: params.name, authorization, address: source }, registered, closing.signal)
      return { buckets: registered.buckets.length, expires: registered.expires }
    },
    ...healthHandlers({ registry, unreadyBecause: () => push.unreadyBecause }),
  }
  serveRoutes(server.app, info, pushRoutes, handlers)
  const url = await server.app.listen({ host, port })
  log.info({ url, kinds: push.kinds }, 'push serves')
  return {
    url,
    async close() {
      closing.abort(new RequestError({ code: 'STOPPING', retryAfterMs }))
      await server.app.close()
    },
  }
}
