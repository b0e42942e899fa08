import { reasonOf, unavailable } from '../fault.ts'

export interface BoundedRequest {
  readonly url: string | URL
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer> | string
  /** Bytes of the answer's body at most. */
  readonly maxBytes: number
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number
  /** Named in faults. */
  readonly layer: string
}

export interface BoundedAnswer {
  readonly status: number
  readonly headers: Headers
  /** Undefined when the body was longer than `maxBytes`; the rest was not read. */
  readonly body: Uint8Array | undefined
}

/**
 * One HTTP exchange that ends: by time, by size or by signal. Redirects are not followed.
 * @throws {DaError} `DA_UNAVAILABLE` when nothing useful came back; the signal's reason when it aborted.
 */
export async function boundedFetch(request: BoundedRequest, signal: AbortSignal): Promise<BoundedAnswer> {
  signal.throwIfAborted()
  const { url, method, headers, body, maxBytes, timeoutMs, layer } = request
  const over = new AbortController()
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    over.abort()
  }, timeoutMs)
  try {
    const answer = await fetch(url, {
      method,
      redirect: 'error',
      signal: AbortSignal.any([signal, over.signal]),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.status, headers: answer.headers, body: await readBounded(answer, maxBytes) }
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(layer, timedOut ? `no answer within ${timeoutMs} ms` : whyFetchFailed(error), error)
  } finally {
    clearTimeout(timer)
    // Frees what listens to the joined signal, which the caller's would otherwise keep alive for as long as it lives.
    over.abort()
  }
}

async function readBounded(answer: Response, maxBytes: number): Promise<Uint8Array | undefined> {
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

/** fetch says "fetch failed" and keeps the reason in the cause. */
function whyFetchFailed(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? reasonOf(error.cause) : reasonOf(error)
}
