import type { Writable } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'
import type { Clock } from '@parley/protocol'
import { firstOf, Pulse } from '../pulse.ts'

/** Why the server closes a WebSocket. @see README.md */
export const closeCodes = {
  stopping: 1001,
  refused: 4400,
  forgotten: 4404,
  slow: 4408,
  quota: 4429,
  defect: 1011,
} as const

export interface ConnectionOptions {
  readonly heartbeatMs: number
  readonly maxBufferedBytes: number
  readonly slowReaderMs: number
}

/** Thrown by `send` when the reader did not keep up; the connection is then of no use. */
export class SlowReader extends Error {
  override readonly name = 'SlowReader'
}

/** Milliseconds that a peer has to answer our closing. */
const closingMs = 5_000

/** One WebSocket with a bound on what waits in it and a check that the other side lives. */
export class Connection {
  /** Aborts when the connection has ended. */
  readonly signal: AbortSignal

  private readonly ended = new AbortController()
  private readonly flushed = new Pulse()
  private buffered = 0
  private alive = true

  readonly socket: WebSocket
  private readonly clock: Clock
  private readonly options: ConnectionOptions
  private readonly stream: Writable | undefined

  /**
   * @param greeting - Text sent on connection and with each ping; undefined for none.
   * @param stream - What the socket writes to, if frames are to be gathered there.
   */
  constructor(socket: WebSocket, clock: Clock, options: ConnectionOptions, greeting?: () => string, stream?: Writable) {
    this.socket = socket
    this.stream = stream
    this.clock = clock
    this.options = options
    this.signal = this.ended.signal
    socket.on('pong', () => {
      this.alive = true
    })
    socket.on('close', () => this.ended.abort(new Error('the connection was closed')))
    // The close event follows and ends everything.
    socket.on('error', () => undefined)
    if (greeting !== undefined) socket.send(greeting())
    this.beat(greeting).catch((error: unknown) => {
      if (!this.signal.aborted) this.ended.abort(error)
    })
  }

  /**
   * Sends a frame; resolves when there is room for the next one.
   * @throws {SlowReader} when there was none for `slowReaderMs`. @throws the signal's reason when the connection ended.
   */
  async send(bytes: Uint8Array): Promise<void> {
    await this.sendAll([bytes])
  }

  /** As `send`, of several frames, at least one, that leave in as few writes as they can. */
  async sendAll(frames: readonly Uint8Array[]): Promise<void> {
    this.signal.throwIfAborted()
    const bytes = frames.reduce((sum, { length }) => sum + length, 0)
    this.buffered += bytes
    this.stream?.cork()
    frames.forEach((frame, i) => {
      if (i < frames.length - 1) this.socket.send(frame)
      else
        this.socket.send(frame, () => {
          this.buffered -= bytes
          this.alive = true
          this.flushed.beat()
        })
    })
    this.stream?.uncork()
    if (this.buffered > this.options.maxBufferedBytes) await this.drain()
  }

  /** Closes; what is buffered goes out first if the other side reads it in time. */
  close(code: number, reason = ''): void {
    this.socket.close(code, reason)
    this.clock.sleep(closingMs, this.signal).then(
      () => this.socket.terminate(),
      () => undefined /* it has closed by itself */,
    )
  }

  private async drain(): Promise<void> {
    const deadline = this.clock.now() + this.options.slowReaderMs
    while (this.buffered > this.options.maxBufferedBytes) {
      const left = deadline - this.clock.now()
      if (left <= 0) throw new SlowReader(`no room for ${this.options.slowReaderMs} ms`)
      const timer = new AbortController()
      const late = this.clock.sleep(left, timer.signal)
      // Called off below when something was flushed first.
      late.catch(() => undefined)
      try {
        await firstOf([this.flushed.next(), late], this.signal)
      } finally {
        timer.abort()
      }
    }
  }

  private async beat(greeting: (() => string) | undefined): Promise<void> {
    while (true) {
      await this.clock.sleep(this.options.heartbeatMs, this.signal)
      if (!this.alive) {
        this.socket.terminate()
        return
      }
      this.alive = false
      this.socket.ping()
      if (greeting !== undefined) this.socket.send(greeting())
    }
  }
}
