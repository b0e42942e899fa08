import type { Clock } from '@parley/protocol'
import { backoffMs, systemClock } from './clock.ts'
import { ClientError, type RemoteFault } from './faults.ts'

/** Where a server is and how to reach it. */
export interface ServerDeps {
  /** Such as `http://127.0.0.1:8080`; a path before `/v1` is kept. */
  readonly url: string
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Clock
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
}

export interface HttpAnswer {
  readonly status: number
  /** Media type without parameters. */
  readonly type: string
  readonly bytes: Uint8Array
}

export type Http = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>

const octets = 'application/octet-stream'
const firstBackoffMs = 100
const maxBackoffMs = 5_000
/** Statuses of proxies and of servers that are going away: a reading may be asked again. */
const passing = new Set([502, 503, 504])

/**
 * Sends requests with a deadline each. 429 is obeyed and repeated; readings are repeated when the server is away;
 * what was sent by POST and not answered is never repeated, for it may have been taken.
 */
export function createHttp(deps: ServerDeps, options: HttpOptions = {}): Http {
  const base = deps.url.replace(/\/+$/, '')
  const clock = deps.clock ?? systemClock
  const send = deps.fetch ?? globalThis.fetch
  const timeoutMs = options.timeoutMs ?? 10_000
  const maxAttempts = options.maxAttempts ?? 8
  const maxRetryAfterMs = options.maxRetryAfterMs ?? 30_000
  const maxBytes = options.maxAnswerBytes ?? 16 * 1024 * 1024

  const attempt = async (request: HttpRequest, url: string, signal: AbortSignal): Promise<Attempt> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const posted = request.body !== undefined
    try {
      const response = await send(url, {
        method: posted ? 'POST' : 'GET',
        headers: { accept: request.accept ?? 'application/json', ...(posted ? { 'content-type': octets } : {}) },
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
        signal: AbortSignal.any([signal, timeout]),
      })
      const bytes = await readBody(response, url, maxBytes)
      const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
      return { answer: { status: response.status, type, bytes }, retryAfter: response.headers.get('retry-after') }
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      if (cause instanceof ClientError) throw cause
      const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(cause)
      if (posted && !neverSent(cause)) throw new ClientError({ code: 'OUTCOME_UNKNOWN', url, reason }, { cause })
      if (timeout.aborted) throw new ClientError({ code: 'REQUEST_TIMEOUT', url, timeoutMs }, { cause })
      throw new ClientError({ code: 'SERVER_UNREACHABLE', url, reason }, { cause })
    }
  }

  return async (request, signal = neverAborted) => {
    const url = base + request.path
    for (let made = 1; ; made += 1) {
      let waitMs = backoffMs(made - 1, firstBackoffMs, maxBackoffMs)
      try {
        const { answer, retryAfter } = await attempt(request, url, signal)
        if (answer.status === 429) {
          waitMs = Math.max(waitMs, retryAfterMs(retryAfter, clock.now()))
          if (made >= maxAttempts || waitMs > maxRetryAfterMs)
            throw new ClientError({ code: 'SERVER_BUSY', url, attempts: made, retryAfterMs: waitMs })
        } else if (passing.has(answer.status) && request.body !== undefined) {
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

/** Milliseconds that a Retry-After header asks for: seconds or a date; one second when it is neither. */
function retryAfterMs(header: string | null, now: number): number {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? 1000 : Math.max(0, date - now)
}

/** True when the connection was refused, so that no byte of the request reached the server. */
function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const code = (cause as { code?: unknown } | undefined)?.code
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND'
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}

/** Parses JSON. @throws {ClientError} `ANSWER_INVALID`. */
export function jsonOf(answer: HttpAnswer, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.bytes))
  } catch (cause) {
    throw new ClientError({ code: 'ANSWER_INVALID', url, reason: 'is not JSON' }, { cause })
  }
}

/** The answer itself when its status is 2xx or one of `also`. @throws {ClientError} `REQUEST_REFUSED` with the server's fault. */
export function accepted(answer: HttpAnswer, url: string, also: readonly number[] = []): HttpAnswer {
  if ((answer.status >= 200 && answer.status < 300) || also.includes(answer.status)) return answer
  throw new ClientError({ code: 'REQUEST_REFUSED', url, status: answer.status, fault: remoteFault(answer, url) })
}

function remoteFault(answer: HttpAnswer, url: string): RemoteFault {
  const unknown: RemoteFault = { code: 'UNKNOWN', message: `status ${answer.status} without a coded fault` }
  if (answer.type !== 'application/json') return unknown
  const fault = jsonOf(answer, url)
  if (typeof fault !== 'object' || fault === null || !('code' in fault) || typeof fault.code !== 'string')
    return unknown
  return { message: '', ...fault } as RemoteFault
}
