import type { Clock } from '@parley/protocol'
import { type RawData, WebSocket } from 'ws'

export interface FrameOptions {
  /** Bytes of one frame at most. */
  readonly maxFrameBytes: number
  /** Frames held before the socket is no longer read. */
  readonly maxBufferedFrames: number
  /** A connection that says nothing for this long, pings included, is given up. Milliseconds. */
  readonly silenceMs: number
}

/** Why a connection ended. `status` when the server refused the upgrade, otherwise the close code. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded'
  readonly code: number | undefined
  readonly status: number | undefined

  constructor(end: { code?: number; status?: number; reason: string }, options?: ErrorOptions) {
    super(end.reason, options)
    this.code = end.code
    this.status = end.status
  }
}

export function bytesOf(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** The address of a server with `http` replaced by `ws`. */
export function webSocketUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/^http/, 'ws')
}

/**
 * Binary frames of one connection, in order; text frames only show that the server lives. A reader that is slow makes
 * the socket wait, and through it the server.
 * @throws {ConnectionEnded} when the connection ends, however it ends; the signal's reason when it aborts.
 */
export async function* readFrames(
  url: string,
  clock: Clock,
  options: FrameOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  const socket = new WebSocket(url, { maxPayload: options.maxFrameBytes, perMessageDeflate: false })
  const frames: Uint8Array[] = []
  let ended: unknown
  let wake = (): void => undefined
  let heardAt = clock.now()
  const end = (error: unknown): void => {
    ended ??= error
    wake()
  }
  const heard = (): void => {
    heardAt = clock.now()
  }
  const abort = (): void => end(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  socket.on('message', (data, binary) => {
    heard()
    if (!binary) return
    frames.push(bytesOf(data))
    if (frames.length >= options.maxBufferedFrames) socket.pause()
    wake()
  })
  socket.on('ping', heard)
  socket.on('close', (code, reason) => end(new ConnectionEnded({ code, reason: reason.toString() })))
  socket.on('error', (cause) => end(new ConnectionEnded({ reason: cause.message }, { cause })))
  socket.on('unexpected-response', (request, response) => {
    end(new ConnectionEnded({ status: response.statusCode ?? 0, reason: response.statusMessage ?? '' }))
    request.destroy()
  })
  const watch = new AbortController()
  const silence = watchSilence(clock, () => (socket.isPaused ? clock.now() : heardAt), options.silenceMs, watch.signal)
  silence.then(end, () => undefined /* the watch was called off below */)
  try {
    while (true) {
      const frame = frames.shift()
      if (frame !== undefined) {
        if (socket.isPaused && frames.length <= options.maxBufferedFrames / 2) {
          heard()
          socket.resume()
        }
        yield frame
      } else if (ended !== undefined) {
        throw ended
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    watch.abort()
    signal.removeEventListener('abort', abort)
    // An error after this point concerns nobody, but without a listener it would end the process.
    socket.removeAllListeners()
    socket.on('error', () => undefined)
    socket.terminate()
  }
}

async function watchSilence(
  clock: Clock,
  heardAt: () => number,
  silenceMs: number,
  signal: AbortSignal,
): Promise<ConnectionEnded> {
  while (true) {
    const leftMs = heardAt() + silenceMs - clock.now()
    if (leftMs <= 0) return new ConnectionEnded({ reason: `nothing heard for ${silenceMs} ms` })
    await clock.sleep(leftMs, signal)
  }
}
