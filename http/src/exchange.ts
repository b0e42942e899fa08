import type { Endpoint } from './endpoint.ts'
import { ExchangeError, failureOf } from './failure.ts'

export interface ExchangeRequest {
  readonly endpoint: Endpoint
  /** Below the endpoint's path; the endpoint's own URL when left out. */
  readonly path?: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** Bytes of the answer's body at most. */
  readonly maxBytes: number
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number
}

export interface ExchangeAnswer {
  readonly status: number
  readonly headers: Headers
  /** Undefined when the body was longer than `maxBytes`; the rest was not read. */
  readonly body: Uint8Array | undefined
}

/**
 * One HTTP exchange that ends: by time, by size or by signal. Redirects are not followed.
 * @throws {ExchangeError} when nothing useful came back; the signal's reason when it aborted.
 */
export async function exchange(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
  signal.throwIfAborted()
  const { endpoint, path, method, headers, body, maxBytes, timeoutMs } = request
  const over = new AbortController()
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    over.abort()
  }, timeoutMs)
  try {
    const answer = await fetch(path === undefined ? endpoint.url : endpoint.at(path), {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([signal, over.signal]),
      headers: { ...endpoint.headers, ...headers },
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> | string }),
    })
    refuseRedirect(answer, endpoint.shown)
    return { status: answer.status, headers: answer.headers, body: await readBounded(answer, maxBytes) }
  } catch (error) {
    signal.throwIfAborted()
    if (timedOut) throw new ExchangeError('timeout', `${endpoint.shown} gave no answer within ${timeoutMs} ms`)
    throw failureOf(error, endpoint.shown)
  } finally {
    clearTimeout(timer)
    // Frees what listens to the joined signal, which the caller's would otherwise keep alive for as long as it lives.
    over.abort()
  }
}

/** @throws {ExchangeError} naming the origin that the server sends everybody to. */
export function refuseRedirect(answer: Response, shown: string): void {
  if (answer.type !== 'opaqueredirect' && (answer.status < 300 || answer.status > 399 || answer.status === 304)) return
  const location = answer.headers.get('location') ?? ''
  const to = URL.canParse(location) ? new URL(location).origin : 'another place'
  throw new ExchangeError('redirected', `${shown} redirects to ${to}: configure the URL that it redirects to`)
}

/** The body; undefined when it is longer than `maxBytes`. */
export async function readBounded(answer: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  if (answer.body === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the rest of the body.
  for await (const chunk of answer.body) {
    length += chunk.length
    if (length > maxBytes) return undefined
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
