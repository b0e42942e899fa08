import { type SignedMessage, SignedMessageType, signedMessageBytes } from '@parley/protocol'
import { WebSocket } from 'ws'
import { ClientError } from '../faults.ts'
import { neverAborted } from '../http.ts'
import { bytesOf, webSocketUrl } from './frames.ts'
import { decodeReceipts, type Receipt } from './receipts.ts'

export interface MessageStreamOptions {
  /** Messages sent and not answered; the server allows 4,096. @default 1_024 */
  readonly maxUnanswered?: number
  /** Messages that wait for room besides; one more is refused with `SERVER_BUSY`. @default 16_384 */
  readonly maxWaiting?: number
  /** Opening the connection may take this long. Milliseconds. @default 10_000 */
  readonly openTimeoutMs?: number
}

/** A connection for messages one by one: they are answered as soon as they are durable. */
export interface MessageStream {
  /**
   * Sends one message; those sent in the same turn share a frame.
   * @throws {ClientError} `OUTCOME_UNKNOWN` when the connection ends before the answer, `STREAM_CLOSED` after `close`,
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
  private readonly frames: Pending[][] = []
  private unanswered = 0
  private flushing = false
  private idle: (() => void) | undefined
  private readonly socket: WebSocket
  private readonly url: string
  private readonly maxUnanswered: number
  private readonly maxWaiting: number

  constructor(socket: WebSocket, url: string, maxUnanswered: number, maxWaiting: number) {
    this.socket = socket
    this.url = url
    this.maxUnanswered = maxUnanswered
    this.maxWaiting = maxWaiting
    socket.on('message', (data, binary) => {
      if (binary) this.answered(bytesOf(data))
    })
    socket.on('close', (code, reason) => this.end(`closed with ${code} ${reason.toString()}`))
    socket.on('error', (error) => this.end(error.message))
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
    if (this.socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve())
    })
    this.socket.close()
    await closed
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
    this.frames.push(frame)
    this.unanswered += count
    this.socket.send(bytes)
  }

  private answered(bytes: Uint8Array): void {
    const frame = this.frames.shift()
    if (frame === undefined) {
      this.fail(new ClientError({ code: 'ANSWER_INVALID', url: this.url, reason: 'an answer to nothing' }))
      return
    }
    this.unanswered -= frame.length
    let receipts: Receipt[]
    try {
      receipts = decodeReceipts(bytes, frame.length, this.url)
    } catch (error) {
      for (const pending of frame) pending.reject(error)
      this.fail(error as ClientError)
      return
    }
    frame.forEach((pending, i) => {
      pending.resolve(receipts[i] as Receipt)
    })
    this.flush()
    if (this.unanswered === 0 && this.waiting.length === 0) this.idle?.()
  }

  private fail(error: ClientError): void {
    this.end(error.message)
    this.socket.terminate()
  }

  private end(reason: string): void {
    if (this.ended?.fault.code === 'STREAM_CLOSED') return
    this.ended ??= new ClientError({ code: 'OUTCOME_UNKNOWN', url: this.url, reason })
    for (const pending of [...this.frames.flat(), ...this.waiting]) pending.reject(this.ended)
    this.frames.length = 0
    this.waiting.length = 0
    this.unanswered = 0
    this.idle?.()
  }
}

/** Opens a stream. @throws {ClientError} `SERVER_UNREACHABLE`; the signal's reason when it aborts first. */
export async function openMessageStream(
  deps: { readonly url: string },
  options: MessageStreamOptions = {},
  signal: AbortSignal = neverAborted,
): Promise<MessageStream> {
  signal.throwIfAborted()
  const url = `${webSocketUrl(deps.url)}/v1/stream`
  const socket = new WebSocket(url, {
    handshakeTimeout: options.openTimeoutMs ?? 10_000,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024,
  })
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      socket.terminate()
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    const settle = (): void => signal.removeEventListener('abort', abort)
    socket.once('open', () => {
      settle()
      resolve()
    })
    socket.once('error', (cause) => {
      settle()
      reject(new ClientError({ code: 'SERVER_UNREACHABLE', url, reason: cause.message }, { cause }))
    })
  })
  socket.removeAllListeners('error')
  return new Stream(socket, url, options.maxUnanswered ?? 1024, options.maxWaiting ?? 16_384)
}
