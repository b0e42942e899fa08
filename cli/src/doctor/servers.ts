import { ExchangeError, endpointOf, exchange } from '@parley/http'
import { type Key, lookUp } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { type Finding, finding } from './finding.ts'

/** Servers of others that a role follows. */
const serverKeys: readonly Key[] = [
  'sequencer.url',
  'node.url',
  'sequencer.nodes',
  'sequencer.relays',
  'node.watch',
  'archive.urls',
  'pds.stores',
]

/** Milliseconds for one answer. */
const timeoutMs = 5_000

/** Whether the servers answer that the configuration names. */
export async function checkServers({ config, signal }: Context): Promise<Finding[]> {
  const named = serverKeys.flatMap((key) =>
    [lookUp(config, key) ?? []].flat().map((url) => ({ key, url: String(url) })),
  )
  return Promise.all(
    named.map(async ({ key, url }) => {
      const endpoint = endpointOf(url)
      try {
        const { status } = await exchange(
          { endpoint, path: 'healthz', method: 'GET', maxBytes: 65_536, timeoutMs },
          signal,
        )
        return finding(key, status === 200 ? 'OK' : 'SERVER_SILENT', `${endpoint.shown} answers ${status} at /healthz`)
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error
        return finding(key, 'SERVER_SILENT', error.message)
      }
    }),
  )
}
