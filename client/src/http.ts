import { failureOf, retryAfterMs } from '@parley/http'
import { backoffMs, type Clock, jitteredMs, systemClock } from '@parley/runtime'
import { ClientError, type RemoteFault } from './faults.ts'
import { serverEndpoint } from './server-endpoint.ts'

/** Where a server is and how to reach it. */
export interface ServerDeps {
  /** Such as `http://127.0.0.1:8080`; a path before `/v1`, a query and credentials are kept, and no fault tells them. */
  readonly url: string
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Clock
  /** Draws from 0 to below 1: how waits before another attempt are spread. @default Math.random */
  readonly random?: () => number
}

export interface HttpOptions {
  /** One attempt may take this long. Milliseconds. @default 10_000 */
  readonly timeoutMs?: number
  /** Attempts of one request, the first included. @default 8 */
  readonly maxAttempts?: number
  /** The longest wait that a Retry-After is obeyed for; above it `SERVER_BUSY` is thrown at once. @default 30_000 */
  readonly maxRetryAfterMs?: number
  /** Bytes of one answer at most. @default 16 MiB */
  readonly maxAnswerBytes?: number
}

export interface HttpRequest {
  readonly path: string
  readonly accept?: string
  /** Sent by POST; a request without a body is a GET. */
  readonly body?: Uint8Array
  /** Asks for the head of the answer alone. */
  readonly head?: boolean
  /** The body only says what to read, so that it may be sent again. */
  readonly reads?: boolean
  /** Media type of the body. @default application/octet-stream */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface HttpAnswer {
  readonly status: number
  /** Media type without parameters. */
  readonly type: string
  readonly bytes: Uint8Array
  /** Bytes of the body as the head says; undefined when it does not. */
  readonly length?: number | undefined
}

export type Http = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>

const octets = 'application/octet-stream'
const backoff = { firstBackoffMs: 100, maxBackoffMs: 5_000 }
/** What is waited at least when a server is busy and does not say for how long. */
const busyMs = 1000
/** Statuses of proxies, and of servers that are going away or too busy to read a request in time: a reading may be asked again. */
const passing = new Set([408, 502, 503, 504])
/** Codes with which such a status tells of the server, and nothing of the request. */
const passingCodes = new Set(['NOT_READY', 'STOPPING', 'UNKNOWN'])

/**
 * Sends requests with a deadline each. 429 is obeyed and repeated; readings are repeated when the server is away;
 * what was sent by POST and not answered is never repeated, for it may have been taken.
 */
export function createHttp(deps: ServerDeps, options: HttpOptions = {}): Http {
  const endpoint = serverEndpoint(deps.url)
  const { clock = systemClock, random = Math.random } = deps
  const send = deps.fetch ?? globalThis.fetch
  const timeoutMs = options.timeoutMs ?? 10_000
  const maxAttempts = options.maxAttempts ?? 8
  const maxRetryAfterMs = options.maxRetryAfterMs ?? 30_000
  const maxBytes = options.maxAnswerBytes ?? 16 * 1024 * 1024

  const attempt = async (request: HttpRequest, url: string, signal: AbortSignal): Promise<Attempt> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const posted = request.body !== undefined
    try {
      const response = await send(endpoint.at(request.path), {
        method: posted ? 'POST' : request.head === true ? 'HEAD' : 'GET',
        headers: {
          ...endpoint.headers,
          ...request.headers,
          accept: request.accept ?? 'application/json',
          ...(posted ? { 'content-type': request.contentType ?? octets } : {}),
        },
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
        signal: AbortSignal.any([signal, timeout]),
      })
      const bytes = await readBody(response, url, maxBytes)
      const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
      const length = Number(response.headers.get('content-length') ?? Number.NaN)
      const declared = Number.isSafeInteger(length) ? length : undefined
      return {
        answer: { status: response.status, type, bytes, length: declared },
        retryAfter: response.headers.get('retry-after'),
      }
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      if (cause instanceof ClientError) throw cause
      const failure = failureOf(cause, endpoint.shown)
      const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : failure.message
      if (takes(request) && !failure.neverSent)
        throw new ClientError({ code: 'OUTCOME_UNKNOWN', url, reason }, { cause: failure })
      if (timeout.aborted) throw new ClientError({ code: 'REQUEST_TIMEOUT', url, timeoutMs }, { cause: failure })
      throw new ClientError({ code: 'SERVER_UNREACHABLE', url, reason }, { cause: failure })
    }
  }

  return async (request, signal = neverAborted) => {
    const url = endpoint.shown + request.path
    for (let made = 1; ; made += 1) {
      let waitMs = jitteredMs(backoffMs(made - 1, backoff), random)
      try {
        const { answer, retryAfter } = await attempt(request, url, signal)
        if (answer.status === 429) {
          waitMs += retryAfterMs(retryAfter, clock.now(), busyMs)
          if (made >= maxAttempts || waitMs > maxRetryAfterMs)
            throw new ClientError({ code: 'SERVER_BUSY', url, attempts: made, retryAfterMs: waitMs })
        } else if (passing.has(answer.status) && takes(request)) {
          throw new ClientError({ code: 'OUTCOME_UNKNOWN', url, reason: `status ${answer.status}` })
        } else if (!passing.has(answer.status) || made >= maxAttempts) {
          return answer
        }
      } catch (error) {
        if (!(error instanceof ClientError) || !awayCodes.has(error.fault.code) || made >= maxAttempts) throw error
      }
      await clock.sleep(waitMs, signal)
    }
  }
}

/** Whether something may be taken of a request, so that it must not be sent twice. */
const takes = ({ body, reads }: HttpRequest): boolean => body !== undefined && reads !== true

/** Ends when nothing asks for an end. */
export const neverAborted: AbortSignal = new AbortController().signal

interface Attempt {
  readonly answer: HttpAnswer
  readonly retryAfter: string | null
}

const awayCodes = new Set(['SERVER_UNREACHABLE', 'REQUEST_TIMEOUT'])

async function readBody(response: Response, url: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxBytes) throw new ClientError({ code: 'ANSWER_TOO_LARGE', url, maxBytes })
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** Parses JSON. @throws {ClientError} `ANSWER_INVALID`. */
export function jsonOf(answer: HttpAnswer, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.bytes))
  } catch (cause) {
    throw new ClientError({ code: 'ANSWER_INVALID', url, reason: 'is not JSON' }, { cause })
  }
}

/**
 * The answer itself when its status is 2xx or one of `also`.
 * @throws {ClientError} `REQUEST_REFUSED` with the server's fault; `SERVER_UNREACHABLE` when only its state is in the way
 */
export function accepted(answer: HttpAnswer, url: string, also: readonly number[] = []): HttpAnswer {
  const { status } = answer
  if ((status >= 200 && status < 300) || also.includes(status)) return answer
  const fault = remoteFault(answer, url)
  if (passing.has(status) && passingCodes.has(fault.code))
    throw new ClientError({
      code: 'SERVER_UNREACHABLE',
      url,
      reason: `status ${status}: ${fault.message || fault.code}`,
    })
  throw new ClientError({ code: 'REQUEST_REFUSED', url, status, fault })
}

function remoteFault(answer: HttpAnswer, url: string): RemoteFault {
  const unknown: RemoteFault = { code: 'UNKNOWN', message: `status ${answer.status} without a coded fault` }
  if (answer.type !== 'application/json') return unknown
  const fault = jsonOf(answer, url)
  if (typeof fault !== 'object' || fault === null || !('code' in fault) || typeof fault.code !== 'string')
    return unknown
  return { message: '', ...fault } as RemoteFault
}
