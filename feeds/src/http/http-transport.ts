import { encodeServerRecord } from '@parley/api'
import { Backlog, type BacklogDeps, type BacklogOptions } from '../socket/backlog.ts'
import type { FeedTransport } from '../socket/transport.ts'

/** Milliseconds that a reader has to fetch what it is closed with. */
const closingMs = 5_000

/** A feed whose client has no WebSocket: frames go one way, and requests bring the client's. */
export abstract class HttpTransport implements FeedTransport {
  readonly signal: AbortSignal
  isPaused = false
  private readonly ended = new AbortController()
  private readonly backlog: Backlog
  private readonly deps: BacklogDeps
  private isClosing = false
  private takeFrame: (data: Buffer, binary: boolean) => void = () => undefined

  constructor(deps: BacklogDeps, options: BacklogOptions) {
    this.deps = deps
    this.signal = this.ended.signal
    this.backlog = new Backlog(deps, options)
  }

  /** Sends a frame on its way. */
  protected abstract transmit(frame: Uint8Array, left: () => void): void
  /** Nothing comes after what was transmitted. */
  protected abstract finish(): void
  /** Whether anybody still waits for frames. */
  abstract readonly isHeard: boolean

  /** Takes what the client sent. */
  take(frame: Buffer): void {
    this.takeFrame(frame, true)
  }

  onFrame(take: (data: Buffer, binary: boolean) => void): void {
    this.takeFrame = take
  }

  post(frame: Uint8Array, left: () => void): void {
    if (this.signal.aborted || this.isClosing) return
    this.backlog.add(frame.length)
    this.transmit(frame, () => {
      if (this.signal.aborted) return
      this.backlog.left(frame.length)
      left()
    })
  }

  get waiting(): number {
    return this.backlog.waiting
  }

  get isFull(): boolean {
    return this.backlog.isFull
  }

  drained(): Promise<void> {
    return this.backlog.drained(this.signal)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  close(code: number, reason = ''): void {
    if (this.signal.aborted || this.isClosing) return
    this.isClosing = true
    this.transmit(encodeServerRecord('closed', { code, reason: new TextEncoder().encode(reason) }), () => undefined)
    this.finish()
    this.deps.clock.sleep(closingMs, this.signal).then(
      () => this.end(),
      () => undefined /* it has ended by itself */,
    )
  }

  /** Nobody reads any more. */
  end(): void {
    if (this.signal.aborted) return
    this.ended.abort(new Error('the feed has ended'))
    this.backlog.drop()
  }
}
