import { feedRoutes, pathOf } from '@parley/api'
import { type SignedMessage, SignedMessageType, signedMessageBytes } from '@parley/protocol/light'
import { type Clock, systemClock } from '@parley/runtime'
import { openSocket } from '#socket'
import { ClientError } from '../faults.ts'
import { neverAborted, type ServerDeps } from '../http.ts'
import { type SocketPlace, socketPlace } from '../server-endpoint.ts'
import type { Socket } from '../socket/socket.ts'
import { untilDead } from './answer-watch.ts'
import { decodeReceipts, type Receipt } from './receipts.ts'

export interface MessageStreamOptions {
  /** Messages sent and not answered; the server allows 4,096. @default 1_024 */
  readonly maxUnanswered?: number
  /** Messages that wait for room besides; one more is refused with `SERVER_BUSY`. @default 16_384 */
  readonly maxWaiting?: number
  /** Opening the connection may take this long. Milliseconds. @default 10_000 */
  readonly openTimeoutMs?: number
  /** A message without an answer for this long ends the stream. Milliseconds. @default 30_000 */
  readonly answerTimeoutMs?: number
  /** A server that was heard, every 15 s where the platform tells pings, and is silent for this long ends it. Milliseconds. @default 45_000 */
  readonly silenceMs?: number
  /** Closing the connection may take this long once all is answered. Milliseconds. @default 5_000 */
  readonly closeTimeoutMs?: number
}

/** A connection for messages one by one: they are answered as soon as they are durable. */
export interface MessageStream {
  /**
   * Sends one message; those sent in the same turn share a frame.
   * @throws {ClientError} `OUTCOME_UNKNOWN` when the connection ends before the answer or none comes in time, `STREAM_CLOSED` after `close`,
   * `SERVER_BUSY` when too many wait.
   */
  submit(message: SignedMessage): Promise<Receipt>
  /** Why the stream ended; undefined while it is open. */
  readonly ended: ClientError | undefined
  /** Waits for the answers under way, then closes the connection. */
  close(): Promise<void>
}

interface Pending {
  readonly bytes: Uint8Array
  resolve(receipt: Receipt): void
  reject(error: unknown): void
}

class Stream implements MessageStream {
  ended: ClientError | undefined
  private readonly waiting: Pending[] = []
  private readonly frames: { readonly pending: readonly Pending[]; readonly sentAt: number }[] = []
  private unanswered = 0
  private flushing = false
  private idle: (() => void) | undefined
  private heardAt: number | undefined
  private readonly over = Promise.withResolvers<void>()
  private readonly watching = new AbortController()
  private readonly clock: Clock
  private readonly closeTimeoutMs: number
  private readonly url: string
  private readonly maxUnanswered: number
  private readonly maxWaiting: number
  private readonly socket: Socket
  /** Resolves when the connection is open; rejects when none comes about. */
  readonly opened: Promise<void>

  constructor(place: SocketPlace, clock: Clock, options: MessageStreamOptions) {
    const url = place.shown
    this.url = url
    this.clock = clock
    this.closeTimeoutMs = options.closeTimeoutMs ?? 5_000
    this.maxUnanswered = options.maxUnanswered ?? 1024
    this.maxWaiting = options.maxWaiting ?? 16_384
    const opening = Promise.withResolvers<void>()
    this.opened = opening.promise
    this.socket = openSocket(
      place.url,
      { maxMessageBytes: 1024 * 1024, openTimeoutMs: options.openTimeoutMs ?? 10_000, headers: place.headers },
      {
        opened: () => {
          opening.resolve()
          void this.watch(options)
        },
        heard: () => {
          this.heardAt = clock.elapsed()
        },
        received: (bytes) => this.answered(bytes),
        ended: ({ reason, code, cause }) => {
          opening.reject(new ClientError({ code: 'SERVER_UNREACHABLE', url, reason }, { cause }))
          this.end(code === undefined ? reason : `closed with ${code} ${reason}`)
          this.finish()
        },
      },
    )
  }

  /** Gives a connection up that is not open yet. */
  drop(): void {
    this.socket.drop()
    this.finish()
  }

  private finish(): void {
    this.watching.abort()
    this.over.resolve()
  }

  /** Gives the connection up when it is dead without having ended. */
  private async watch({ answerTimeoutMs = 30_000, silenceMs = 45_000 }: MessageStreamOptions): Promise<void> {
    const { signal } = this.watching
    const owed = () => ({ oldestSentAt: this.frames[0]?.sentAt, heardAt: this.heardAt })
    try {
      this.fail(await untilDead(this.clock, owed, { answerTimeoutMs, silenceMs }, signal))
    } catch (error) {
      // The connection is over: there is nothing left to watch.
      if (!signal.aborted) throw error
    }
  }

  submit(message: SignedMessage): Promise<Receipt> {
    if (this.ended !== undefined) return Promise.reject(this.ended)
    if (this.waiting.length >= this.maxWaiting)
      return Promise.reject(new ClientError({ code: 'SERVER_BUSY', url: this.url, attempts: 0, retryAfterMs: 1000 }))
    const bytes = SignedMessageType.serialize(message)
    return new Promise((resolve, reject) => {
      this.waiting.push({ bytes, resolve, reject })
      if (this.flushing) return
      this.flushing = true
      queueMicrotask(() => {
        this.flushing = false
        this.flush()
      })
    })
  }

  async close(): Promise<void> {
    if (this.ended === undefined && (this.unanswered > 0 || this.waiting.length > 0))
      await new Promise<void>((resolve) => {
        this.idle = resolve
      })
    this.ended ??= new ClientError({ code: 'STREAM_CLOSED', url: this.url })
    this.socket.close()
    await Promise.race([this.over.promise, this.clock.sleep(this.closeTimeoutMs, this.watching.signal)]).catch(
      (error: unknown) => {
        if (!this.watching.signal.aborted) throw error
      },
    )
    this.drop()
  }

  private flush(): void {
    if (this.ended !== undefined) return
    const count = Math.min(this.waiting.length, this.maxUnanswered - this.unanswered)
    if (count === 0) return
    const frame = this.waiting.splice(0, count)
    const bytes = new Uint8Array(count * signedMessageBytes)
    frame.forEach((pending, i) => {
      bytes.set(pending.bytes, i * signedMessageBytes)
    })
    this.frames.push({ pending: frame, sentAt: this.clock.elapsed() })
    this.unanswered += count
    this.socket.send(bytes)
  }

  private answered(bytes: Uint8Array): void {
    const frame = this.frames.shift()?.pending
    if (frame === undefined) {
      this.fail(new ClientError({ code: 'ANSWER_INVALID', url: this.url, reason: 'an answer to nothing' }).message)
      return
    }
    this.unanswered -= frame.length
    let receipts: Receipt[]
    try {
      receipts = decodeReceipts(bytes, frame.length, this.url)
    } catch (error) {
      for (const pending of frame) pending.reject(error)
      this.fail((error as ClientError).message)
      return
    }
    frame.forEach((pending, i) => {
      pending.resolve(receipts[i] as Receipt)
    })
    this.flush()
    if (this.unanswered === 0 && this.waiting.length === 0) this.idle?.()
  }

  private fail(reason: string): void {
    this.end(reason)
    this.drop()
  }

  private end(reason: string): void {
    if (this.ended?.fault.code === 'STREAM_CLOSED') return
    this.ended ??= new ClientError({ code: 'OUTCOME_UNKNOWN', url: this.url, reason })
    for (const pending of [...this.frames.flatMap(({ pending: sent }) => sent), ...this.waiting])
      pending.reject(this.ended)
    this.frames.length = 0
    this.waiting.length = 0
    this.unanswered = 0
    this.idle?.()
  }
}

/** Opens a stream. @throws {ClientError} `SERVER_UNREACHABLE`; the signal's reason when it aborts first. */
export async function openMessageStream(
  deps: Pick<ServerDeps, 'url' | 'clock'>,
  options: MessageStreamOptions = {},
  signal: AbortSignal = neverAborted,
): Promise<MessageStream> {
  signal.throwIfAborted()
  const stream = new Stream(socketPlace(deps.url, pathOf(feedRoutes.stream)), deps.clock ?? systemClock, options)
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => {
    stream.drop()
    aborted.reject(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([stream.opened, aborted.promise])
    return stream
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
