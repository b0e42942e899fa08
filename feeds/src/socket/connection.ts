import type { Writable } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'
import type { Share } from '@parley/api/server'
import type { Clock } from '@parley/runtime'
import { Backlog, type BacklogOptions } from './backlog.ts'
import { answerPings } from './pongs.ts'
import type { FeedTransport } from './transport.ts'

export interface ConnectionOptions extends BacklogOptions {
  readonly heartbeatMs: number
}

/** Milliseconds that a peer has to answer our closing. */
const closingMs = 5_000

/** What says that the server lives. @param isFirst - Sent on connection, and not with a ping. */
export type Greeting = (isFirst: boolean) => string | Uint8Array

export interface ConnectionDeps {
  readonly socket: WebSocket
  readonly clock: Clock
  /** Bytes that wait in all feeds, by source. */
  readonly unsent: Share
  /** Who reads. */
  readonly source: string
  /** What is sent on connection, and with each ping; undefined for nothing. */
  readonly greeting?: Greeting | undefined
  /** What the socket writes to, if frames are to be gathered there. */
  readonly stream?: Writable
}

/** One WebSocket with a bound on what waits in it and a check that the other side lives. */
export class Connection implements FeedTransport {
  /** Aborts when the connection has ended. */
  readonly signal: AbortSignal
  readonly socket: WebSocket

  private readonly ended = new AbortController()
  private readonly backlog: Backlog
  private readonly deps: ConnectionDeps
  private readonly options: ConnectionOptions
  private alive = true
  private beats = 0

  constructor(deps: ConnectionDeps, options: ConnectionOptions) {
    const { socket, greeting } = deps
    this.deps = deps
    this.socket = socket
    this.options = options
    this.backlog = new Backlog(deps, options)
    this.signal = this.ended.signal
    answerPings(socket)
    socket.on('pong', (data) => {
      if (String(data) === String(this.beats)) this.alive = true
    })
    socket.on('close', () => {
      this.backlog.drop()
      this.ended.abort(new Error('the connection was closed'))
    })
    // The close event follows and ends everything.
    socket.on('error', () => undefined)
    if (greeting !== undefined) socket.send(greeting(true))
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
    this.write(frames)
    if (this.isFull) await this.drained()
  }

  /** Bytes that were sent and have not left. */
  get waiting(): number {
    return this.backlog.waiting
  }

  /**
   * Sends a frame and waits for nothing: whoever sends looks at `isFull` and `drained`. Of no effect once it has ended.
   * @param left - Called when the frame has left.
   */
  post(frame: Uint8Array, left: () => void): void {
    if (!this.signal.aborted) this.write([frame], left)
  }

  private write(frames: readonly Uint8Array[], left?: () => void): void {
    const bytes = frames.reduce((sum, { length }) => sum + length, 0)
    const { stream } = this.deps
    this.backlog.add(bytes)
    stream?.cork()
    frames.forEach((frame, i) => {
      if (i < frames.length - 1) this.socket.send(frame)
      else
        this.socket.send(frame, () => {
          if (this.signal.aborted) return
          this.alive = true
          this.backlog.left(bytes)
          left?.()
        })
    })
    stream?.uncork()
  }

  /** Closes; what is buffered goes out first if the other side reads it in time. */
  close(code: number, reason = ''): void {
    this.socket.close(code, reason)
    this.deps.clock.sleep(closingMs, this.signal).then(
      () => this.socket.terminate(),
      () => undefined /* it has closed by itself */,
    )
  }

  /** Whether so much waits, here or in all feeds, that nothing may be added. */
  get isFull(): boolean {
    return this.backlog.isFull
  }

  /**
   * Waits until there is room again.
   * @throws {SlowReader} when there was none for `slowReaderMs`. @throws the signal's reason when the connection ended.
   */
  drained(): Promise<void> {
    return this.backlog.drained(this.signal)
  }

  onFrame(take: (data: Buffer, binary: boolean) => void): void {
    this.socket.on('message', take)
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  get isPaused(): boolean {
    return this.socket.isPaused
  }

  private async beat(greeting: Greeting | undefined): Promise<void> {
    while (true) {
      await this.deps.clock.sleep(this.options.heartbeatMs, this.signal)
      if (!this.alive) {
        this.socket.terminate()
        return
      }
      this.alive = false
      this.beats += 1
      this.socket.ping(String(this.beats))
      if (greeting !== undefined) this.socket.send(greeting(false))
    }
  }
}
