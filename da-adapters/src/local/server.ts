import { timingSafeEqual } from 'node:crypto'
import { CodedError, DaError } from '@parley/protocol'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { missing, reasonOf, refused, unavailable } from '../fault.ts'
import { type ContentFiles, openContentFiles, sha256 } from './content-files.ts'
import { defaultLocalMaxBytes } from './local-da.ts'
import { dataRoute, parseDigest } from './paths.ts'
import { localLayer } from './pointer.ts'

export interface LocalDaServerDeps {
  /** Directory that holds the data; made when missing. */
  readonly dir: string
  readonly log: Logger
}

export interface LocalDaServerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Bearer token that allows publishing, at least 16 characters; without one the server only reads. */
  readonly writeToken?: string
  /** Bytes of one publication at most. Default 16 MiB. */
  readonly maxBytes?: number
  /** Uploads held in memory at once; more are answered 503. Default 4. */
  readonly maxUploads?: number
  /** Open connections at once; more are closed. Default 256. */
  readonly maxConnections?: number
  /** Milliseconds in which a request must have come in whole. Default 30,000. */
  readonly requestTimeoutMs?: number
}

export interface LocalDaServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const minTokenLength = 16

/** Serves a directory of content-addressed data over HTTP; resolves once it listens. @see docs/spec/da-local.md */
export async function createLocalDaServer(
  { dir, log }: LocalDaServerDeps,
  options: LocalDaServerOptions,
): Promise<LocalDaServer> {
  const { writeToken } = options
  if (writeToken !== undefined && writeToken.length < minTokenLength)
    throw refused(
      localLayer,
      `the write token has ${writeToken.length} characters, at least ${minTokenLength} are needed`,
    )
  const files = await openContentFiles(dir)
  const app = fastify({
    bodyLimit: options.maxBytes ?? defaultLocalMaxBytes,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    logger: false,
  })
  app.server.maxConnections = options.maxConnections ?? 256
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'NOT_FOUND', message: 'no such resource' }))
  app.get('/health', async () => ({ status: 'ok' }))
  serveReading(app, files)
  serveWriting(app, files, log, writeToken, options.maxUploads ?? 4)
  const url = await app.listen({ host: options.host, port: options.port })
  log.info({ url, writable: writeToken !== undefined }, 'local DA serves')
  return { url, port: Number(new URL(url).port), close: () => app.close() }
}

function digestOf(request: FastifyRequest): Uint8Array {
  const digest = parseDigest((request.params as { digest: string }).digest)
  if (digest === undefined) throw new BadRequest('digest: must be 64 lower-case hex digits')
  return digest
}

function serveReading(app: FastifyInstance, files: ContentFiles): void {
  app.get(dataRoute, async (request, reply) => {
    const digest = digestOf(request)
    const file = await files.open(digest)
    if (file === undefined) throw missing(localLayer, digest)
    // The stream closes the file, also when the client goes away first.
    const stream = file.createReadStream()
    const { size } = await file.stat().catch((error: unknown) => {
      stream.destroy()
      throw error
    })
    describeData(reply, digest, size)
    return reply.send(stream)
  })
  app.head(dataRoute, async (request, reply) => {
    const digest = digestOf(request)
    const size = await files.size(digest)
    if (size === undefined) throw missing(localLayer, digest)
    describeData(reply, digest, size)
    return reply.send()
  })
}

function describeData(reply: FastifyReply, digest: Uint8Array, size: number): void {
  void reply
    .type('application/octet-stream')
    .header('content-length', size)
    .header('etag', `"${Buffer.from(digest).toString('hex')}"`)
    .header('cache-control', 'public, max-age=31536000, immutable')
}

function serveWriting(
  app: FastifyInstance,
  files: ContentFiles,
  log: Logger,
  writeToken: string | undefined,
  maxUploads: number,
): void {
  let uploads = 0
  app.put(dataRoute, {
    // Before the body is read: neither a stranger nor a flood may make the server hold megabytes.
    onRequest: async (request, reply) => {
      if (writeToken === undefined) throw new Forbidden('this server does not take data')
      if (!authorised(request, writeToken)) throw new Unauthorised('the bearer token is missing or wrong')
      if (uploads >= maxUploads) throw unavailable(localLayer, `${uploads} uploads are under way`)
      uploads++
      reply.raw.once('close', () => {
        uploads--
      })
    },
    handler: async (request, reply) => {
      const digest = digestOf(request)
      const { body } = request
      if (!(body instanceof Uint8Array)) throw new BadRequest('content-type: must be application/octet-stream')
      if (body.length === 0) throw new DaError({ code: 'DA_EMPTY' })
      if (Buffer.compare(sha256(body), digest) !== 0) throw new BadRequest('digest: is not the SHA-256 of the body')
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort(new Error('the client went away')))
      const outcome = await files.put(digest, body, gone.signal)
      log.debug({ digest: (request.params as { digest: string }).digest, bytes: body.length, outcome }, 'data stored')
      return reply.code(outcome === 'created' ? 201 : 200).send({ outcome })
    },
  })
}

function authorised(request: FastifyRequest, writeToken: string): boolean {
  const given = request.headers.authorization ?? ''
  // Digests have equal lengths, so the comparison tells nothing about the token's.
  return timingSafeEqual(sha256(Buffer.from(given)), sha256(Buffer.from(`Bearer ${writeToken}`)))
}

class BadRequest extends Error {
  readonly statusCode: number = 400
}
class Unauthorised extends Error {
  readonly statusCode: number = 401
}
class Forbidden extends Error {
  readonly statusCode: number = 403
}

const statusOfFault: Readonly<Record<string, number>> = { DA_MISSING: 404, DA_EMPTY: 400, DA_UNAVAILABLE: 503 }

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  if (error instanceof CodedError) {
    const status = statusOfFault[error.fault.code] ?? 500
    if (status === 503) void reply.header('retry-after', 1)
    return reply.code(status).send(error.toJSON())
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status >= 400 && status < 500)
    return reply.code(status).send({ code: 'REQUEST_INVALID', message: reasonOf(error) })
  log.error({ err: error, method: request.method, url: request.url }, 'local DA request failed')
  return reply.code(503).send({ code: 'DA_UNAVAILABLE', message: 'the disk does not answer' })
}
