import { RequestError, type storeRoutes } from '@parley/api'
import { type Handlers, healthHandlers } from '@parley/api/server'
import { type Bytes32, sameBytes } from '@parley/protocol'
import type { FastifyReply } from 'fastify'
import type { Registry } from 'prom-client'
import { contentDigest } from '../digests.ts'
import { ContentError } from '../faults.ts'
import { contentLimits } from '../limits.ts'
import { ackBytes, decodeAck, decodePut } from '../put-form.ts'
import type { ContentStore } from '../store/content-store.ts'
import { retentionOf } from '../store/options.ts'
import type { StoreMetrics } from './metrics.ts'

export interface StoreHandlerDeps {
  readonly store: ContentStore
  readonly elsewhere: ((digest: Bytes32, signal: AbortSignal) => Promise<Uint8Array | undefined>) | undefined
  readonly metrics: StoreMetrics
  readonly registry: Registry
  readonly version: string
  readonly unreadyBecause: () => string | undefined
  /** Ends with the server. */
  readonly signal: AbortSignal
}

/** What a store answers on its routes. */
export function storeHandlers(deps: StoreHandlerDeps): Handlers<ReturnType<typeof storeRoutes>> {
  const { store, elsewhere, metrics, registry, version, unreadyBecause, signal } = deps
  return {
    async put({ place: { params }, body }) {
      const because = unreadyBecause()
      if (because !== undefined) throw new RequestError({ code: 'NOT_READY', because, retryAfterMs: 1_000 })
      const { content, options } = decodePut(bytesOf(body))
      const received = contentDigest(content)
      const { digest } = params
      if (!sameBytes(received, digest)) throw new ContentError({ code: 'CONTENT_OTHER', expected: digest, received })
      const { retainUntil } = await store.putReserved(content, options, signal)
      metrics.taken.inc({ class: options.class })
      return { digest, retainUntil }
    },

    async ack({ place: { params }, body }) {
      const bytes = bytesOf(body)
      if (bytes.length !== ackBytes)
        throw new RequestError({
          code: 'BODY_SIZE',
          bytes: bytes.length,
          minimum: ackBytes,
          maximum: ackBytes,
          multipleOf: 1,
        })
      const { ackKey, signature } = decodeAck(bytes)
      await store.ack(params.digest, ackKey, signature, signal)
      metrics.acknowledged.inc()
      return { acknowledged: true as const }
    },

    async block({ place: { params }, reply }) {
      const content = (await store.get(params.cid, signal)) ?? (await elsewhere?.(params.cid, signal))
      if (content === undefined) throw new ContentError({ code: 'CONTENT_UNKNOWN', digest: params.cid })
      metrics.served.inc(content.length)
      describe(reply)
      return content
    },

    async has({ place: { params }, reply }) {
      const length = await store.lengthOf(params.cid)
      if (length === undefined) throw new ContentError({ code: 'CONTENT_UNKNOWN', digest: params.cid })
      describe(reply)
      return reply.header('content-length', length).send()
    },

    async status() {
      const { settings } = store
      return {
        contents: store.contents,
        bytes: store.bytes,
        freeBytes: store.freeBytes,
        maxContentBytes: contentLimits.bytes,
        retentionMs: retentionOf(settings),
        graceMs: settings.graceMs,
        version,
      }
    },

    ...healthHandlers({ registry, unreadyBecause }),
  }
}

const bytesOf = (body: Uint8Array | undefined): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array(0))

/** Contents are strangers’ bytes: no browser is to guess what they are. They may go before they expire, so caches keep them shortly. */
function describe(reply: FastifyReply): void {
  void reply
    .header('cache-control', 'public, max-age=3600, immutable')
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', 'attachment')
}
