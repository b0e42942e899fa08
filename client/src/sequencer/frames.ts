import type { Clock } from '@parley/runtime'
import { openSocket } from '#socket'
import type { SocketPlace } from '../server-endpoint.ts'
import type { SocketEnd } from '../socket/socket.ts'

export interface FrameOptions {
  /** Bytes of one frame at most. */
  readonly maxFrameBytes: number
  /** Frames held before the socket is no longer read. */
  readonly maxBufferedFrames: number
  /** A connection that says nothing for this long, pings included, is given up. Milliseconds. */
  readonly silenceMs: number
  /** Is given what sends a frame, once the connection is open. */
  readonly opened?: ((send: (frame: Uint8Array) => void) => void) | undefined
}

/** Why a connection ended. `status` when the server refused the upgrade, otherwise the close code. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded'
  readonly code: number | undefined
  readonly status: number | undefined
  /** The server's Retry-After, as it was sent. */
  readonly retryAfter: string | undefined

  constructor({ reason, code, status, retryAfter, cause }: SocketEnd) {
    super(reason, { cause })
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
  }
}

/**
 * Binary frames of one connection, in order; text frames only show that the server lives. A reader that is slow makes
 * the socket wait, and through it the server; where a socket cannot wait it is given up once the buffer is full.
 * @throws {ConnectionEnded} when the connection ends, however it ends; the signal's reason when it aborts.
 */
export async function* readFrames(
  place: SocketPlace,
  clock: Clock,
  options: FrameOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  const { maxBufferedFrames, maxFrameBytes, silenceMs } = options
  const frames: Uint8Array[] = []
  let ended: unknown
  let wake = (): void => undefined
  let heardAt = clock.elapsed()
  const end = (error: unknown): void => {
    ended ??= error
    wake()
  }
  const heard = (): void => {
    heardAt = clock.elapsed()
  }
  const abort = (): void => end(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const socket = openSocket(
    place.url,
    { maxMessageBytes: maxFrameBytes, headers: place.headers },
    {
      opened() {
        heard()
        options.opened?.((frame) => socket.send(frame))
      },
      heard,
      received(bytes) {
        heard()
        frames.push(bytes)
        if (frames.length >= maxBufferedFrames && !socket.pause()) {
          socket.drop()
          end(new ConnectionEnded({ reason: `more than ${maxBufferedFrames} frames wait for their reader` }))
        }
        wake()
      },
      ended: (told) => end(new ConnectionEnded(told)),
    },
  )
  const watch = new AbortController()
  const silence = watchSilence(clock, () => (socket.isPaused ? clock.elapsed() : heardAt), silenceMs, watch.signal)
  silence.then(end, () => undefined /* the watch was called off below */)
  try {
    while (true) {
      const frame = frames.shift()
      if (frame !== undefined) {
        if (socket.isPaused && frames.length <= maxBufferedFrames / 2) {
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
    socket.drop()
  }
}

async function watchSilence(
  clock: Clock,
  heardAt: () => number,
  silenceMs: number,
  signal: AbortSignal,
): Promise<ConnectionEnded> {
  while (true) {
    const leftMs = heardAt() + silenceMs - clock.elapsed()
    if (leftMs <= 0) return new ConnectionEnded({ reason: `nothing heard for ${silenceMs} ms` })
    await clock.sleep(leftMs, signal)
  }
}
