import type { daNodeRoutes } from '@parley/api'
import { type ApiServer, type Handlers, healthHandlers } from '@parley/api/server'
import { toHex } from '@parley/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { DaNode } from '../da-node.ts'
import type { Granted } from '../taking/authorities.ts'
import { rangeOf } from './range.ts'

export interface HandlerDeps {
  readonly node: DaNode
  readonly registry: Registry
  readonly version: string
  /** What the operator asks for, wei a GiB and day. */
  readonly pricePerGiBDay: bigint
  /** Authorities of requests that were let in. */
  readonly granted: WeakMap<FastifyRequest, Granted>
  /** Ends with the server. */
  readonly signal: AbortSignal
}

type DaNodeHandlers = Handlers<ReturnType<typeof daNodeRoutes>>

/** What a DA node answers on its routes. */
export function daNodeHandlers({ exchangeOf }: ApiServer, deps: HandlerDeps): DaNodeHandlers {
  const { node, registry, version, pricePerGiBDay, granted, signal } = deps
  const { settings, store, taking, metrics, l2, key, chain } = node
  const grantOf = (request: FastifyRequest): Granted => {
    const found = granted.get(request)
    if (found === undefined) throw new TypeError('a request without authority was let in')
    return found
  }
  return {
    async store({ body, request }) {
      const bytes = body instanceof Uint8Array ? body : new Uint8Array(0)
      const { chunkRoot, outcome } = await taking.take(grantOf(request), bytes, signal)
      metrics.taken.inc({ outcome })
      if (outcome === 'stored') metrics.takenBytes.inc(bytes.length)
      return { chunkRoot, stored: true as const }
    },
    async attest({ request }) {
      const signature = await taking.attest(grantOf(request))
      metrics.attested.inc()
      return { signature }
    },
    async part({ place: { params }, request, reply }) {
      const { chunkRoot } = params
      const { file, length } = await store.openPart(chunkRoot)
      const exchange = exchangeOf(request)
      try {
        const range = rangeOf(request.headers.range, length)
        const { first, last } = range ?? { first: 0, last: length - 1 }
        describe(reply, chunkRoot, last - first + 1)
        if (range !== undefined) void reply.code(206).header('content-range', `bytes ${first}-${last}/${length}`)
        const stream = file.createReadStream({ start: first, end: last })
        exchange.onEnd(() => stream.destroy())
        metrics.served.inc(last - first + 1)
        return reply.send(stream)
      } catch (error) {
        await file.close()
        throw error
      }
    },
    async has({ place: { params }, reply }) {
      describe(reply, params.chunkRoot, await store.lengthOf(params.chunkRoot))
      return reply.send()
    },
    async status() {
      const { last, place } = l2
      return {
        address: key.address,
        committee: chain.instance.committee,
        chainId: chain.instance.chainId,
        time: last?.time ?? null,
        epoch: last?.epoch === undefined ? null : { number: last.epoch.number, place: place ?? null },
        maxPartBytes: settings.maxPartBytes,
        maxRetentionSeconds: settings.maxRetentionSeconds,
        parts: { count: store.usage.parts, bytes: store.usage.bytes, lost: store.lost },
        freeBytes: await node.room.free(),
        pricePerGiBDay,
        version,
      }
    },
    ...healthHandlers({ registry, unreadyBecause: () => node.unreadyBecause() }),
  }
}

function describe(reply: FastifyReply, chunkRoot: Uint8Array, length: number): void {
  void reply
    .type('application/octet-stream')
    .header('content-length', length)
    .header('accept-ranges', 'bytes')
    .header('etag', `"${toHex(chunkRoot)}"`)
    .header('cache-control', 'public, max-age=86400, immutable')
}
