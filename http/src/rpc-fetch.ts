import type { Endpoint } from './endpoint.ts'
import { readBounded, refuseRedirect } from './exchange.ts'
import { ExchangeError, failureOf } from './failure.ts'
import { retryAfterMs } from './retry-after.ts'

export interface RpcFetchOptions {
  /** Requests of one batch at most, to begin with. */
  readonly maxBatch: number
  /** Bytes of one answer at most. */
  readonly maxAnswerBytes: number
  /** The longest pause that is waited out within a request. Milliseconds. */
  readonly maxPauseMs: number
}

export const rpcFetchDefaults: RpcFetchOptions = {
  maxBatch: 50,
  maxAnswerBytes: 64 * 1024 * 1024,
  maxPauseMs: 3_000,
}

/** Batches taken after which a larger one is tried again: limits of providers change with plans. */
const batchesUntilLarger = 1_000
const pausesWaitedOut = 2

type Calls = readonly unknown[]

/** What a provider said: its text, checked to be JSON, or that it refused. */
interface RpcAnswer {
  readonly status: number
  readonly text: string
  readonly value: unknown
}

/**
 * A `fetch` for a JSON-RPC transport. It goes to `endpoint` whatever URL it is called with, so that the transport need not
 * know the endpoint's keys, and adapts to what providers refuse.
 * @throws {ExchangeError} from the function returned, when no usable answer came; the signal's reason.
 */
export function rpcFetch(endpoint: Endpoint, options: RpcFetchOptions = rpcFetchDefaults): typeof fetch {
  const { shown } = endpoint
  let maxBatch = options.maxBatch
  let taken = 0
  let notBefore = 0

  async function post(body: string, init: RequestInit): Promise<Response> {
    try {
      const headers = { ...headersOf(init.headers), ...endpoint.headers }
      const answer = await fetch(endpoint.url, { ...init, body, headers, redirect: 'manual' })
      refuseRedirect(answer, shown)
      return answer
    } catch (error) {
      init.signal?.throwIfAborted()
      throw failureOf(error, shown)
    }
  }

  /** Posts and reads; waits out short pauses that the provider asks for. */
  async function ask(body: string, init: RequestInit): Promise<RpcAnswer> {
    for (let pauses = 0; ; pauses += 1) {
      const now = Date.now()
      if (now < notBefore) throw limited(shown, notBefore - now)
      const answer = await post(body, init)
      const header = answer.headers.get('retry-after')
      if (answer.status !== 429 || header === null) return read(answer, shown, options.maxAnswerBytes)
      await answer.body?.cancel()
      const waitMs = retryAfterMs(header, now, 1_000)
      if (waitMs > options.maxPauseMs || pauses >= pausesWaitedOut) {
        notBefore = now + Math.min(waitMs, 300_000)
        throw limited(shown, waitMs)
      }
      await pause(waitMs, init.signal)
    }
  }

  /** The answers of all calls, in batches of the size that the provider takes, as the text of one array. */
  async function askAll(calls: Calls, init: RequestInit): Promise<string> {
    const before = maxBatch
    const answers: unknown[] = []
    try {
      for (let from = 0; from < calls.length; ) {
        const batch = calls.slice(from, from + maxBatch)
        const found = await askBatch(batch, init)
        if (found === undefined) {
          // Half of what was refused, until it is taken.
          maxBatch = Math.ceil(batch.length / 2)
          taken = 0
          continue
        }
        if (batch.length === calls.length) return found.text
        answers.push(...(found.value as unknown[]))
        from += batch.length
        grow()
      }
      return JSON.stringify(answers)
    } catch (error) {
      // What refuses everything says nothing about the size of batches.
      maxBatch = before
      throw error
    }
  }

  /** Undefined when the provider did not take a batch of this size. */
  async function askBatch(batch: Calls, init: RequestInit): Promise<RpcAnswer | undefined> {
    if (batch.length === 1) {
      const answer = await ask(JSON.stringify(batch[0]), init)
      const found = { ...single(answer, shown), id: idOf(batch[0]) }
      return { ...answer, value: [found], text: JSON.stringify([found]) }
    }
    try {
      const answer = await ask(JSON.stringify(batch), init)
      const { value } = answer
      return Array.isArray(value) && value.length === batch.length && value.every(isAnswer) ? answer : undefined
    } catch (error) {
      // A proxy may refuse the batch with a page of its own; whether that is for its size shows with half of it.
      if (error instanceof ExchangeError && error.kind === 'unreadable') return undefined
      throw error
    }
  }

  function grow(): void {
    taken += 1
    if (maxBatch >= options.maxBatch || taken < batchesUntilLarger) return
    maxBatch = Math.min(options.maxBatch, maxBatch * 2)
    taken = 0
  }

  return async (_url, init = {}) => {
    const body = String(init.body)
    if (body.startsWith('[')) return jsonResponse(await askAll(JSON.parse(body), init))
    const answer = await ask(body, init)
    single(answer, shown)
    return jsonResponse(answer.text)
  }
}

/** @throws {ExchangeError} when it answers no request, or the server says that it could not. */
function single({ value, status, text }: RpcAnswer, shown: string): object {
  if (status === 429) throw new ExchangeError('rate limited', `${shown} limits its rate: ${messageOf(value, text)}`)
  if (!isAnswer(value)) throw unreadable(shown, status, text)
  return value
}

function messageOf(value: unknown, text: string): string {
  const { error } = (value ?? {}) as { error?: { message?: unknown } | string | null }
  const message = typeof error === 'object' && error !== null ? error.message : error
  return String(message ?? text).slice(0, 200)
}

async function read(answer: Response, shown: string, maxBytes: number): Promise<RpcAnswer> {
  const body = await readBounded(answer, maxBytes)
  if (body === undefined) throw new ExchangeError('too large', `${shown} answered more than ${maxBytes} bytes`)
  // Also takes a byte-order mark off, which JSON.parse would refuse.
  const text = new TextDecoder().decode(body)
  try {
    return { status: answer.status, text, value: JSON.parse(text) }
  } catch {
    throw unreadable(shown, answer.status, text, answer.headers.get('content-type') ?? undefined)
  }
}

function isAnswer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && ('result' in value || 'error' in value)
}

function idOf(call: unknown): unknown {
  return (call as { id?: unknown }).id
}

function unreadable(shown: string, status: number, text: string, type?: string): ExchangeError {
  const page = /^\s*</.test(text) ? 'a page' : text.trim() === '' ? 'nothing' : (type ?? 'something else')
  const cure =
    status === 401 || status === 403
      ? 'it wants other credentials or another key'
      : 'a proxy or a CDN answered in its place, or the URL names no JSON-RPC endpoint'
  return new ExchangeError('unreadable', `${shown} answered ${status} with ${page} instead of JSON-RPC: ${cure}`)
}

function limited(shown: string, waitMs: number): ExchangeError {
  const seconds = Math.ceil(waitMs / 1000)
  return new ExchangeError(
    'rate limited',
    `${shown} limits its rate and asks to wait ${seconds} s: ask it less often (l2.pollMs) or use a plan that allows more`,
    waitMs,
  )
}

function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

function headersOf(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers ?? {}).entries())
}

function jsonResponse(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}
