import { pdsRouteLimits, type pdsRoutes, RequestError } from '@parley/api'
import { type Handlers, healthHandlers } from '@parley/api/server'
import { ContentError } from '@parley/content'
import { sameBytes } from '@parley/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hexToBytes } from 'viem'
import type { Asker } from '../answers/answers.ts'
import { PdsError } from '../faults.ts'
import { authorizationOf } from '../forms/authorization.ts'
import { encodeSigned, type Signed } from '../forms/signing.ts'
import { type Pds, scopesTaken } from '../pds.ts'

export interface PdsHandlerDeps {
  readonly pds: Pds
  readonly version: string
  /** Ends with the server. */
  readonly signal: AbortSignal
}

const digestBytes = 32
const none = new Uint8Array(0)
const zeroAddress = new Uint8Array(20)

/** What a post-delivery service answers on its routes. */
export function pdsHandlers({ pds, version, signal }: PdsHandlerDeps): Handlers<typeof pdsRoutes> {
  const { deps, settings, metrics, audience } = pds

  const admit = (request: FastifyRequest, body: Uint8Array, isUser = true): Promise<Asker> => {
    const authorization = authorizationOf(request.headers.authorization)
    return pds.admission.admit({ method: request.method, target: request.url, body }, authorization, isUser, signal)
  }
  const stated = async (request: FastifyRequest, answer: (asker: Asker) => Promise<Signed>): Promise<Uint8Array> =>
    encodeSigned(await answer(await admit(request, none)))

  return {
    async about() {
      return {
        chainId: audience.chainId,
        rollup: hexToBytes(deps.contracts.rollup),
        directory: hexToBytes(deps.contracts.directory),
        publicInbox: audience.inbox,
        key: audience.pds,
        scopes: scopesTaken,
        reputation: deps.contracts.reputation === undefined ? zeroAddress : hexToBytes(deps.contracts.reputation),
        users: pds.count,
        maxUsers: settings.maxUsers,
        archiveBytesPerUser: settings.archiveBytesPerUser,
        contentMs: deps.mirror.settings.handshakeMs,
        checkpointEveryMs: settings.checkpointEveryMs,
        version,
      }
    },

    async scope({ place: { params }, body, request }) {
      const bytes = bytesOf(body)
      const asker = await admit(request, bytes, false)
      if (!sameBytes(asker.identity, params.identity))
        throw new PdsError({ code: 'AUTHORIZATION_INVALID', reason: 'it is by another identity than the path names' })
      const header = request.headers.authorization as string
      return encodeSigned(await pds.giveScope(asker, bytes, header, signal))
    },

    inbox: ({ place: { query }, request }) => stated(request, (asker) => pds.answers.inbox(asker, query.cursor ?? 0n)),
    hidden: ({ place: { query }, request }) =>
      stated(request, (asker) => pds.answers.hidden(asker, query.cursor ?? 0n)),
    conversations: ({ place: { query }, request }) =>
      stated(request, (asker) => pds.answers.conversations(asker, query.since ?? 0n)),
    record: ({ place: { params, query }, request }) =>
      stated(request, (asker) => pds.answers.record(asker, params.shard, params.index, query.from ?? 0n)),
    checkpoint: ({ request }) => stated(request, (asker) => pds.answers.checkpoint(asker)),

    async want({ body, request }) {
      const bytes = bytesOf(body)
      const asker = await admit(request, bytes)
      return encodeSigned(await pds.answers.held(asker, digestsOf(bytes)))
    },

    async putSegment({ place: { params }, body, request }) {
      const bytes = bytesOf(body)
      if (bytes.length === 0) throw bodySize(bytes.length, 1, pdsRouteLimits.bodyBytes, 1)
      await pds.putSegment(await admit(request, bytes), params.digest, bytes, signal)
      return { stored: true as const }
    },

    async segment({ place: { params }, request, reply }) {
      const found = await pds.segment(await admit(request, none), params.digest)
      void reply.header('cache-control', 'no-store')
      return found
    },

    segments: ({ place: { query }, request }) =>
      stated(request, (asker) => pds.answers.segments(asker, query.after ?? new Uint8Array(digestBytes))),

    async block({ place: { params }, reply }) {
      const content = await pds.content(params.cid, signal)
      if (content === undefined) throw new ContentError({ code: 'CONTENT_UNKNOWN', digest: params.cid })
      metrics.served.inc(content.length)
      describe(reply)
      return content
    },

    async has({ place: { params }, reply }) {
      const length = await pds.lengthOf(params.cid)
      if (length === undefined) throw new ContentError({ code: 'CONTENT_UNKNOWN', digest: params.cid })
      describe(reply)
      return reply.header('content-length', length).send()
    },

    ...healthHandlers({ registry: deps.registry, unreadyBecause: () => pds.unreadyBecause }),
  }
}

const bytesOf = (body: unknown): Uint8Array => (body instanceof Uint8Array ? Uint8Array.from(body) : none)

function bodySize(bytes: number, minimum: number, maximum: number, multipleOf: number): RequestError {
  return new RequestError({ code: 'BODY_SIZE', bytes, minimum, maximum, multipleOf })
}

function digestsOf(bytes: Uint8Array): Uint8Array[] {
  const maximum = digestBytes * pdsRouteLimits.wanted
  if (bytes.length === 0 || bytes.length > maximum || bytes.length % digestBytes !== 0)
    throw bodySize(bytes.length, digestBytes, maximum, digestBytes)
  return Array.from({ length: bytes.length / digestBytes }, (_, i) =>
    bytes.slice(i * digestBytes, (i + 1) * digestBytes),
  )
}

/** Contents are strangers’ bytes: no browser is to guess what they are. */
function describe(reply: FastifyReply): void {
  void reply
    .header('cache-control', 'public, max-age=3600, immutable')
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', 'attachment')
}
