import { nodeRoutes, pathOf } from '@parley/api'
import { ExchangeError, endpointOf, exchange, retryAfterMs } from '@parley/http'
import { codecLimits, DaError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { PartArchive } from './part-archive.ts'

export interface HttpArchiveOptions {
  /** Under which `/v1/batches/0x…` is asked for. */
  readonly url: string
  /** For faults, logs and metrics. @default the URL without its keys */
  readonly name?: string
  /** Milliseconds of one request. @default 30_000 */
  readonly timeoutMs?: number
}

/** An archive that is asked over HTTP, as nodes answer. An answer is bounded by time and by what a part can have. */
export function createHttpArchive(
  { url, name = endpointOf(url).shown, timeoutMs = 30_000 }: HttpArchiveOptions,
  clock: Clock,
): PartArchive {
  const endpoint = endpointOf(url)
  const maxBytes = codecLimits.maxPartBytes
  const unavailable = (reason: string, cause?: unknown, askedMs?: number): DaError => {
    const asked = askedMs === undefined ? {} : { retryAfterMs: askedMs }
    return new DaError({ code: 'DA_UNAVAILABLE', layer: name, reason, ...asked }, { cause })
  }
  return {
    name,
    async retrieve(root, signal) {
      const path = pathOf(nodeRoutes.part, { params: { root } })
      const asked = exchange({ endpoint, path, method: 'GET', maxBytes, timeoutMs }, signal)
      const { status, headers, body } = await asked.catch((error: unknown) => {
        if (!(error instanceof ExchangeError)) throw error
        throw unavailable(error.message, error, error.retryAfterMs)
      })
      const named = { layer: name, pointer: root }
      if (status === 404) throw new DaError({ code: 'DA_MISSING', ...named })
      if (status === 410) throw new DaError({ code: 'DA_PRUNED', ...named, reason: `${name} keeps it no more` })
      if (status !== 200) {
        const pause = headers.get('retry-after')
        const pauseMs = pause === null ? undefined : retryAfterMs(pause, clock.now(), 1_000)
        throw unavailable(`${name} answered ${status}`, undefined, pauseMs)
      }
      if (body === undefined) throw new DaError({ code: 'DA_CORRUPT', ...named, reason: `more than ${maxBytes} bytes` })
      return body
    },
  }
}
