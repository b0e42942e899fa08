import type { Registry } from 'prom-client'
import { RequestError } from '../faults.ts'
import type { healthRoutes } from '../routes/health.ts'
import type { Handlers } from './serve.ts'

export interface HealthDeps {
  readonly registry: Registry
  /** Why the process does not do its job now; undefined when it does. */
  readonly unreadyBecause: Because
  /** Why the process cannot go on; undefined when it can. Default: it can as long as it answers. */
  readonly unhealthyBecause?: Because
}

type Because = () => Promise<string | undefined> | string | undefined

/** Throws unless there is no reason not to. @throws {RequestError} `NOT_READY` with the reason. */
async function assertNone(because: Because): Promise<void> {
  const reason = await because()
  if (reason !== undefined) throw new RequestError({ code: 'NOT_READY', because: reason, retryAfterMs: 1_000 })
}

/** Handlers of the routes that every process serves: `/healthz`, `/readyz`, `/metrics`. */
export function healthHandlers(deps: HealthDeps): Handlers<typeof healthRoutes> {
  const { registry, unreadyBecause, unhealthyBecause } = deps
  return {
    async healthz() {
      if (unhealthyBecause !== undefined) await assertNone(unhealthyBecause)
      return { healthy: true }
    },
    async readyz() {
      await assertNone(unreadyBecause)
      return { ready: true }
    },
    metrics: async ({ reply }) => reply.type(registry.contentType).send(await registry.metrics()),
  }
}
