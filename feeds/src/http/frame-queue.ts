import { firstOf, Pulse } from '@parley/runtime'
import type { BacklogDeps, BacklogOptions } from '../socket/backlog.ts'
import { HttpTransport } from './http-transport.ts'

interface Queued {
  readonly frame: Uint8Array
  readonly left: () => void
}

/** Frames that one request fetched. */
export interface Fetched {
  readonly bytes: Uint8Array
  /** To be called when the answer has left; frames whose answer was lost are lost, and the feed with them. */
  readonly left: () => void
}

/** Bytes of one answer, but for a frame that is longer. */
const answerBytes = 256 * 1024

/** Frames that wait until they are asked for. */
export class FrameQueue extends HttpTransport {
  private queue: Queued[] = []
  private isOver = false
  private asking: AbortController | undefined
  private readonly arrived = new Pulse()
  private readonly clock: BacklogDeps['clock']
  private heardAt: number
  private readonly silenceMs: number

  /** @param silenceMs - Without a request for so long nobody reads any more. */
  constructor(deps: BacklogDeps, options: BacklogOptions, silenceMs: number) {
    super(deps, options)
    this.clock = deps.clock
    this.heardAt = deps.clock.elapsed()
    this.silenceMs = silenceMs
  }

  get isHeard(): boolean {
    return this.asking !== undefined || this.clock.elapsed() - this.heardAt < this.silenceMs
  }

  /**
   * Waits for frames, and takes them. Of two requests at once the earlier one gets nothing.
   * @param signal - Of whoever asks.
   */
  async fetch(waitMs: number, signal: AbortSignal): Promise<Fetched> {
    this.asking?.abort(new Error('the feed was asked again'))
    const asking = new AbortController()
    this.asking = asking
    const either = AbortSignal.any([signal, asking.signal])
    const timer = new AbortController()
    const late = this.clock.sleep(waitMs, timer.signal)
    late.catch(() => undefined)
    try {
      const until = this.clock.elapsed() + waitMs
      while (this.queue.length === 0 && !this.isOver && this.clock.elapsed() < until)
        await firstOf([this.arrived.next(), late], either)
    } catch (error) {
      if (!either.aborted) throw error
    } finally {
      timer.abort()
      if (this.asking === asking) this.asking = undefined
      this.heardAt = this.clock.elapsed()
    }
    return either.aborted ? { bytes: new Uint8Array(0), left: () => undefined } : this.takeSome()
  }

  protected transmit(frame: Uint8Array, left: () => void): void {
    this.queue.push({ frame, left })
    this.arrived.beat()
  }

  protected finish(): void {
    this.isOver = true
    this.arrived.beat()
  }

  private takeSome(): Fetched {
    const taken: Queued[] = []
    let bytes = 0
    while (this.queue[0] !== undefined && (taken.length === 0 || bytes + this.queue[0].frame.length <= answerBytes)) {
      const next = this.queue.shift() as Queued
      bytes += next.frame.length
      taken.push(next)
    }
    const isLast = this.isOver && this.queue.length === 0
    return {
      bytes: Buffer.concat(taken.map(({ frame }) => frame)),
      left: () => {
        for (const { left } of taken) left()
        if (isLast) this.end()
      },
    }
  }
}
