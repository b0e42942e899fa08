import { healthRoutes, RequestError } from '@parley/api'
import {
  addCharges,
  createApiServer,
  type GuardOptions,
  guardOptions,
  healthHandlers,
  serveRoutes,
} from '@parley/api/server'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { createRegistry } from './registry.ts'

export interface WaitingServerDeps {
  readonly clock: Clock
  readonly log: Logger
  /** What the role waits for. */
  readonly because: () => string
}

const info = { title: 'Parley role', summary: 'A role that cannot start yet, and says what it waits for' }
const retryAfterMs = 1_000

/**
 * Answers in the place of a role that cannot start yet. Health and metrics are its own; whatever else is asked is
 * refused: a node that has not started must not be heard as one that knows no block.
 */
export async function startWaitingServer(
  { clock, log, because }: WaitingServerDeps,
  { host, port, ...guard }: { readonly host: string; readonly port: number } & Partial<GuardOptions>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const registry = createRegistry()
  const deps = { clock, log, registry, statusOf: () => undefined }
  const server = createApiServer(deps, { ...guardOptions(guard), maxBodyBytes: 1_024 })
  addCharges(server, () => new RequestError({ code: 'NOT_READY', because: because(), retryAfterMs }))
  serveRoutes(server.app, info, healthRoutes, healthHandlers({ registry, unreadyBecause: because }))
  const url = await server.app.listen({ host, port })
  return { url, close: () => server.app.close() }
}
