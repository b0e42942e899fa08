import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { daRoutes, RequestError } from '@parley/api'
import {
  type ApiServer,
  addCharges,
  assertBearer,
  createApiServer,
  type GuardOptions,
  guardOptions,
  type Handlers,
  healthHandlers,
  Share,
  serveRoutes,
} from '@parley/api/server'
import { DaError } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { type ContentFiles, openContentFiles } from '@parley/runtime/content-files'
import type { FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { missing, refused, unavailable } from '../fault.ts'
import { sha256 } from '../sha256.ts'
import { defaultLocalMaxBytes } from './local-da.ts'
import { localLayer } from './pointer.ts'

export interface LocalDaServerDeps {
  /** Directory that holds the data; made when missing. */
  readonly dir: string
  readonly log: Logger
  /** @default a registry of its own */
  readonly registry?: Registry
}

/** Limits of what addresses, connections and requests may cost are the guard's. */
export interface LocalDaServerOptions extends Partial<GuardOptions> {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Bearer token that allows publishing, at least 16 characters; without one the server only reads. */
  readonly writeToken?: string
  /** Bytes of one publication at most. Default 16 MiB. */
  readonly maxBytes?: number
  /** Uploads held in memory at once; more are answered 429. Default 4. */
  readonly maxUploads?: number
  /** Files open for reading at once, 64, of them for one address, 16. */
  readonly maxOpenFiles?: number
  readonly maxOpenFilesPerAddress?: number
}

export interface LocalDaServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const minTokenLength = 16
const retryAfterMs = 1_000

/** Serves a directory of content-addressed data over HTTP; resolves once it listens. @see docs/spec/da-local.md */
export async function createLocalDaServer(
  { dir, log, registry = new Registry() }: LocalDaServerDeps,
  options: LocalDaServerOptions,
): Promise<LocalDaServer> {
  const { host, port, writeToken, maxBytes = defaultLocalMaxBytes, maxUploads = 4, ...rest } = options
  const { maxOpenFiles = 64, maxOpenFilesPerAddress = 16, ...guard } = rest
  if (writeToken !== undefined && writeToken.length < minTokenLength)
    throw refused(
      localLayer,
      `the write token has ${writeToken.length} characters, at least ${minTokenLength} are needed`,
    )
  const files = await openContentFiles(dir)
  const server = createApiServer(
    { clock: systemClock, log, registry, statusOf: () => undefined },
    { ...guardOptions(guard), maxBodyBytes: maxBytes, takesJson: false },
  )
  addCharges(server, undefined)
  guardUploads(server, { writeToken, maxUploads })
  const open = new Share({ maximum: maxOpenFiles, perSource: maxOpenFilesPerAddress })
  serveRoutes(server.app, info, daRoutes(maxBytes), {
    ...readHandlers(server, { files, log, open }),
    publish: publishHandler({ files, log }),
    ...healthHandlers({ registry, unreadyBecause: () => unreadyBecause(files) }),
  })
  const url = await server.app.listen({ host, port })
  log.info({ url, writable: writeToken !== undefined }, 'local DA serves')
  return { url, port: Number(new URL(url).port), close: () => server.app.close() }
}

const info = { title: 'Parley local DA', summary: 'Data by its SHA-256, of one directory' }

type DaHandlers = Handlers<ReturnType<typeof daRoutes>>

async function unreadyBecause(files: ContentFiles): Promise<string | undefined> {
  try {
    await files.look()
    return undefined
  } catch (error) {
    return `the directory cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** What the disk did, or that it does not answer. @throws {DaError} `DA_UNAVAILABLE`. */
async function fromDisk<T>(log: Logger, result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch (error) {
    log.error({ err: error }, 'the disk does not answer')
    throw unavailable(localLayer, 'the disk does not answer')
  }
}

interface Reading {
  readonly files: ContentFiles
  readonly log: Logger
  /** Files open for reading. */
  readonly open: Share
}

function readHandlers({ exchangeOf }: ApiServer, { files, log, open }: Reading): Pick<DaHandlers, 'data' | 'exists'> {
  return {
    async data({ place: { params }, request, reply }) {
      const { digest } = params
      const exchange = exchangeOf(request)
      if (!open.take(exchange.source)) throw new RequestError({ code: 'OVERLOADED', what: 'open files', retryAfterMs })
      exchange.onEnd(() => open.give(exchange.source))
      const file = await fromDisk(log, files.open(digest))
      if (file === undefined) throw missing(localLayer, digest)
      const { size } = await fromDisk(log, statOrClose(file))
      // Up to its end and no further: a look beyond it would take another buffer. The stream closes the file, also when
      // the client goes away before its answer's turn.
      const stream = file.createReadStream({ end: Math.max(0, size - 1) })
      exchange.onEnd(() => stream.destroy())
      describeData(reply, digest, size)
      return reply.send(stream)
    },
    async exists({ place: { params }, reply }) {
      const size = await fromDisk(log, files.size(params.digest))
      if (size === undefined) throw missing(localLayer, params.digest)
      describeData(reply, params.digest, size)
      return reply.send()
    },
  }
}

async function statOrClose(file: FileHandle): Promise<Stats> {
  try {
    return await file.stat()
  } catch (error) {
    await file.close()
    throw error
  }
}

function describeData(reply: FastifyReply, digest: Uint8Array, size: number): void {
  void reply
    .type('application/octet-stream')
    .header('content-length', size)
    .header('etag', `"${Buffer.from(digest).toString('hex')}"`)
    .header('cache-control', 'public, max-age=31536000, immutable')
}

/** Before the body is read: neither a stranger nor a flood may make the server hold megabytes. */
function guardUploads(
  { app, exchangeOf }: ApiServer,
  { writeToken, maxUploads }: { readonly writeToken: string | undefined; readonly maxUploads: number },
): void {
  let uploads = 0
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'PUT') return
    if (writeToken === undefined) throw new RequestError({ code: 'FORBIDDEN', reason: 'this server takes no data' })
    assertBearer(request, writeToken)
    if (uploads >= maxUploads) throw new RequestError({ code: 'OVERLOADED', what: 'uploads', retryAfterMs })
    uploads++
    exchangeOf(request).onEnd(() => {
      uploads--
    })
  })
}

function publishHandler({ files, log }: Omit<Reading, 'open'>): DaHandlers['publish'] {
  return async ({ place: { params }, body, reply }) => {
    if (!(body instanceof Uint8Array) || body.length === 0) throw new DaError({ code: 'DA_EMPTY' })
    if (Buffer.compare(sha256(body), params.digest) !== 0)
      throw new RequestError({ code: 'FIELD_INVALID', field: 'digest', expected: 'the SHA-256 of the body' })
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort(new Error('the client went away')))
    const outcome = await fromDisk(log, files.put(params.digest, body, gone.signal))
    log.debug({ digest: Buffer.from(params.digest).toString('hex'), bytes: body.length, outcome }, 'data stored')
    reply.code(outcome === 'created' ? 201 : 200)
    return { outcome }
  }
}
