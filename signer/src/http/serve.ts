import { chmod, lstat, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import {
  type headerToSign,
  healthRoutes,
  RequestError,
  type RequestFault,
  signerRoutes,
  type ValueOf,
} from '@parley/api'
import {
  addCharges,
  createApiServer,
  type GuardOptions,
  type Handlers,
  healthHandlers,
  json,
  type MutualTls,
  octets,
  serveRoutes,
} from '@parley/api/server'
import type { Bytes20, ChainConfig, CodedError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { SignerError, type SignerFault } from '../faults.ts'
import type { SigningRecord } from '../record/signing-record.ts'
import type { Signing } from '../signing.ts'

/** Where a signer is asked: at a socket of the file system, or at a port that only holders of a certificate reach. */
export type SignerPlace =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly tls: MutualTls }

export interface ServeDeps {
  readonly signing: Signing
  readonly record: Pick<SigningRecord, 'last'>
  readonly address: Bytes20
  readonly config: Pick<ChainConfig, 'chainId' | 'inbox'>
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  readonly unreadyBecause: () => string | undefined
  readonly unhealthyBecause: () => string | undefined
}

export interface ServeOptions {
  readonly place: SignerPlace
  /** Where anybody may ask for health and metrics, and for nothing else. */
  readonly health: { readonly host: string; readonly port: number }
  readonly guard: GuardOptions
}

export interface Served {
  /** A URL, or the path of the socket. */
  readonly at: string
  readonly healthUrl: string
  close(): Promise<void>
}

const info = { title: 'Parley signer', summary: 'Signs headers of blocks, one for each place' }
const healthInfo = { title: 'Parley signer', summary: 'How the signer is' }

const statuses: Readonly<Partial<Record<SignerFault['code'], number>>> = {
  CHAIN_OTHER: 400,
  LINEAGE_CLOSED: 409,
  LINEAGE_FORBIDDEN: 403,
  LINEAGE_UNKNOWN: 409,
  NUMBER_PASSED: 409,
  RATE_EXCEEDED: 429,
  RECORD_CORRUPT: 500,
  RECORD_FAILED: 503,
  SECOND_HEADER: 409,
}

const statusOf = (error: CodedError): number | undefined =>
  error instanceof SignerError ? statuses[error.fault.code] : undefined

/** Serves the routes of a signer where only the sequencer reaches them, and its health elsewhere. */
export async function serveSigner(deps: ServeDeps, { place, health, guard }: ServeOptions): Promise<Served> {
  const { clock, log, registry, unreadyBecause, unhealthyBecause } = deps
  const apiDeps = { clock, log, statusOf }
  const server = createApiServer(
    { ...apiDeps, registry },
    {
      ...guard,
      metricsPort: undefined,
      maxBodyBytes: signerRoutes.sign.bodyLimit ?? 0,
      tls: place.kind === 'tls' ? place.tls : undefined,
    },
  )
  addCharges(server, undefined)
  const ending = new AbortController()
  const own = healthHandlers({ registry, unreadyBecause, unhealthyBecause })
  serveRoutes(server.app, info, signerRoutes, { ...signerHandlers(deps, ending.signal), ...own })
  const apart = createApiServer(
    { ...apiDeps, registry: new Registry() },
    { ...guard, metricsPort: undefined, maxBodyBytes: 1_024 },
  )
  addCharges(apart, undefined)
  serveRoutes(apart.app, healthInfo, healthRoutes, own)
  const close = async (): Promise<void> => {
    ending.abort(new RequestError(stopping))
    await Promise.all([server.app.close(), apart.app.close()])
  }
  try {
    const healthUrl = await apart.app.listen(health)
    if (place.kind === 'tls') {
      const url = await server.app.listen({ host: place.host, port: place.port })
      return { at: url.replace(/^http:/, 'https:'), healthUrl, close }
    }
    await removeStale(place.path)
    await server.app.listen({ path: place.path })
    // Who may write to the socket may have headers signed: its owner and, at most, the group.
    await chmod(place.path, 0o660)
    return { at: place.path, healthUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

const stopping: RequestFault = { code: 'STOPPING', retryAfterMs: 1_000 }

type SigningHandlers = Omit<Handlers<typeof signerRoutes>, keyof typeof healthRoutes>

function signerHandlers(deps: ServeDeps, signal: AbortSignal): SigningHandlers {
  const { signing, record, address, config } = deps
  return {
    async address() {
      return { address, chainId: config.chainId, inbox: config.inbox }
    },
    async latest() {
      const last = await record.last()
      return { header: last === undefined ? null : { ...last, root: last.root ?? null } }
    },
    async sign({ body }) {
      return { signature: await signing.sign(jsonOf(body), signal) }
    },
  }
}

type Asked = ValueOf<typeof headerToSign>

/** The route takes JSON alone. */
function jsonOf(body: Asked | Uint8Array): Asked {
  if (body instanceof Uint8Array) throw new RequestError({ code: 'CONTENT_TYPE', received: octets, expected: [json] })
  return body
}

/** A signer that was killed leaves its socket; one that answers is left alone, and listening fails. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  // What is no socket is somebody's file, and listening fails there.
  if (found?.isSocket() !== true) return
  const isStale = await new Promise<boolean>((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
  if (isStale) await rm(path)
}
