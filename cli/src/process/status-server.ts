import { batcherRoutes } from '@parley/api'
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
import type { Registry } from 'prom-client'
import { CliError } from '../faults.ts'

export interface StatusServerDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  /** Plain data told at `/v1/status`; bigints become text. */
  readonly status: () => object
  /** Why the process does not do its job now; undefined when it does. */
  readonly unreadyBecause: () => string | undefined
  /** Plain data told at `/v1/blocks/latest`; undefined when no block is known. */
  readonly latestBlock: () => object | undefined
}

export interface StatusServer {
  readonly url: string
  close(): Promise<void>
}

const info = { title: 'Parley batcher', summary: 'What a process without an API of its own reports' }

/** Serves status, health and metrics of a process that has no API of its own. */
export async function startStatusServer(
  { clock, log, metrics: registry, status, unreadyBecause, latestBlock }: StatusServerDeps,
  { host, port, ...guard }: { readonly host: string; readonly port: number } & Partial<GuardOptions>,
): Promise<StatusServer> {
  const deps = { clock, log, registry, statusOf: () => undefined }
  const server = createApiServer(deps, { ...guardOptions(guard), maxBodyBytes: 1_024 })
  const { app } = server
  addCharges(server, undefined)
  serveRoutes(app, info, batcherRoutes, {
    status: async () => status(),
    async latestBlock() {
      const latest = latestBlock()
      if (latest === undefined) throw new CliError({ code: 'BLOCK_UNKNOWN', block: 'latest', verified: '0' })
      return latest
    },
    ...healthHandlers({ registry, unreadyBecause }),
  })
  const url = await app.listen({ host, port })
  return { url, close: () => app.close() }
}
