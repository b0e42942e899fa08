import { httpFeedRoutes, pathOf, recordHeadBytes, serverRecordTypes } from '@parley/api'
import { type Endpoint, failureOf } from '@parley/http'
import type { Clock } from '@parley/runtime'
import { ConnectionEnded, type FrameOptions } from './frames.ts'

/** How frames come over HTTP: as server-sent events, or by asking again and again. */
export type HttpTransport = 'events' | 'poll'

export interface HttpFeedDeps {
  readonly endpoint: Endpoint
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
}

/** Milliseconds that the server is to wait for something to tell. */
const pollMs = 25_000
const octets = 'application/octet-stream'
/** The feed is not known, or no longer: another one goes on. */
const unknownStatus = 404

/**
 * As {@link readFrames}, over HTTP: frames one way, and a request for each frame that is sent.
 * @throws {ConnectionEnded} when the feed ends, however it ends; the signal's reason when it aborts.
 */
export async function* readHttpFrames(
  deps: HttpFeedDeps,
  transport: HttpTransport,
  options: FrameOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const feed = new HttpFeed(deps, options, signal)
  try {
    for await (const frame of transport === 'events' ? feed.events() : feed.polled()) yield* feed.take(frame)
    throw new ConnectionEnded({ reason: 'the feed ended' })
  } catch (error) {
    signal.throwIfAborted()
    throw feed.endOf(error)
  } finally {
    feed.drop()
  }
}

/** One feed, from its first record to its last. */
class HttpFeed {
  private session: Uint8Array | undefined
  /** Aborts when the feed is of no use any more. */
  private readonly ending = new AbortController()
  private sending: Promise<void> = Promise.resolve()
  private readonly deps: HttpFeedDeps
  private readonly options: FrameOptions
  private readonly signal: AbortSignal

  constructor(deps: HttpFeedDeps, options: FrameOptions, signal: AbortSignal) {
    this.deps = deps
    this.options = options
    this.signal = AbortSignal.any([signal, this.ending.signal])
  }

  drop(): void {
    this.ending.abort(new ConnectionEnded({ reason: 'the feed is not read any more' }))
  }

  /** Why a feed ended that `error` ended. */
  endOf(error: unknown): unknown {
    if (error instanceof ConnectionEnded) return error
    if (this.ending.signal.aborted) return this.ending.signal.reason
    const { message } = failureOf(error, this.deps.endpoint.shown)
    return new ConnectionEnded({ reason: message, cause: error })
  }

  async *events(): AsyncGenerator<Uint8Array> {
    const response = await this.heard((signal) => this.request(pathOf(httpFeedRoutes.events), { signal }))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const lines = new EventLines(this.options.maxFrameBytes)
    try {
      while (true) {
        const { done, value } = await this.heard(() => reader.read())
        if (done) return
        yield* lines.take(value)
      }
    } finally {
      // The request is aborted with the feed: what becomes of the rest is of no interest.
      reader.cancel().catch(() => undefined)
    }
  }

  async *polled(): AsyncGenerator<Uint8Array> {
    while (true) {
      const query = this.session === undefined ? {} : { session: this.session, waitMs: pollMs }
      const path = pathOf(httpFeedRoutes.frames, { query })
      const bytes = await this.heard(async (signal) => {
        const response = await this.request(path, { signal })
        return new Uint8Array(await response.arrayBuffer())
      })
      if (bytes.length > 0) yield bytes
    }
  }

  /** Records of a frame but those of the transport itself. @throws {ConnectionEnded} when the server closes the feed. */
  *take(frame: Uint8Array): Generator<Uint8Array> {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
    let start = 0
    for (let at = 0; at + recordHeadBytes <= frame.length; ) {
      const end = at + recordHeadBytes + view.getUint32(at + 1, true)
      const kind = view.getUint8(at)
      const body = frame.slice(at + recordHeadBytes, end)
      const isOwn = kind === serverRecordTypes.session.number || kind === serverRecordTypes.closed.number
      if (isOwn && at > start) yield frame.subarray(start, at)
      if (kind === serverRecordTypes.session.number)
        this.begin(serverRecordTypes.session.type.deserialize(body).session)
      if (kind === serverRecordTypes.closed.number) {
        const { code, reason } = serverRecordTypes.closed.type.deserialize(body)
        throw new ConnectionEnded({ code, reason: new TextDecoder().decode(reason) })
      }
      if (isOwn) start = end
      at = end
    }
    if (start < frame.length) yield frame.subarray(start)
  }

  private begin(session: Uint8Array): void {
    this.session = session
    this.options.opened?.((frame) => {
      // In their order, one behind the other.
      this.sending = this.sending.then(() => this.send(session, frame)).catch((error) => this.ending.abort(error))
    })
  }

  private async send(session: Uint8Array, frame: Uint8Array): Promise<void> {
    if (this.signal.aborted) return
    const path = pathOf(httpFeedRoutes.ask, { query: { session } })
    const body = frame as Uint8Array<ArrayBuffer>
    const { signal } = this
    const response = await this.request(path, { method: 'POST', headers: { 'content-type': octets }, body, signal })
    await response.arrayBuffer()
  }

  /** @throws {ConnectionEnded} when the answer is a refusal. */
  private async request(path: string, init: RequestInit): Promise<Response> {
    const { endpoint, fetch } = this.deps
    const response = await fetch(endpoint.at(path), { ...init, headers: { ...endpoint.headers, ...init.headers } })
    if (response.ok) return response
    const { status, statusText: reason } = response
    await response.body?.cancel()
    const retryAfter = response.headers.get('retry-after')
    throw new ConnectionEnded({
      reason,
      ...(status === unknownStatus ? {} : { status }),
      ...(retryAfter === null ? {} : { retryAfter }),
    })
  }

  /** Does something that must not take longer than the server may be silent. */
  private async heard<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.deps
    const { silenceMs } = this.options
    const watch = new AbortController()
    const silent = clock.sleep(silenceMs, AbortSignal.any([watch.signal, this.signal])).then((): never => {
      throw new ConnectionEnded({ reason: `nothing heard for ${silenceMs} ms` })
    })
    try {
      return await Promise.race([run(this.signal), silent])
    } finally {
      watch.abort()
      // Called off, or what ended the race.
      silent.catch(() => undefined)
    }
  }
}

/** Puts the bytes of an event stream together to frames: a line `data: …` each, in base64. */
class EventLines {
  private text = ''
  private readonly decoder = new TextDecoder()
  private readonly maxChars: number

  constructor(maxFrameBytes: number) {
    this.maxChars = Math.ceil((maxFrameBytes * 4) / 3) + 16
  }

  /** @throws {ConnectionEnded} when an event is longer than a frame may be, or is none. */
  *take(chunk: Uint8Array): Generator<Uint8Array> {
    this.text += this.decoder.decode(chunk, { stream: true })
    const lines = this.text.split('\n')
    this.text = lines.pop() as string
    if (this.text.length > this.maxChars)
      throw new ConnectionEnded({ reason: 'an event is longer than a frame may be' })
    for (const line of lines) if (line.startsWith('data: ')) yield frameOf(line.slice('data: '.length))
  }
}

function frameOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  } catch (cause) {
    throw new ConnectionEnded({ reason: 'an event is not base64', cause })
  }
}
