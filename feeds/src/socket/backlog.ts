import type { Share } from '@parley/api/server'
import { type Clock, firstOf, Pulse } from '@parley/runtime'

/** Thrown when a reader did not keep up; what it reads from is then of no use. */
export class SlowReader extends Error {
  override readonly name = 'SlowReader'
}

export interface BacklogDeps {
  readonly clock: Clock
  /** Bytes that wait in all feeds, by source. */
  readonly unsent: Share
  /** Who reads. */
  readonly source: string
}

export interface BacklogOptions {
  readonly maxBufferedBytes: number
  readonly slowReaderMs: number
}

/** What was sent to one reader and has not left, with a bound. */
export class Backlog {
  private bytes = 0
  private readonly flushed = new Pulse()
  private readonly deps: BacklogDeps
  private readonly options: BacklogOptions

  constructor(deps: BacklogDeps, options: BacklogOptions) {
    this.deps = deps
    this.options = options
  }

  get waiting(): number {
    return this.bytes
  }

  add(bytes: number): void {
    this.bytes += bytes
    this.deps.unsent.add(this.deps.source, bytes)
  }

  /** So much has left. */
  left(bytes: number): void {
    this.bytes -= bytes
    this.deps.unsent.give(this.deps.source, bytes)
    this.flushed.beat()
  }

  /** The reader is gone, and what waited with it. */
  drop(): void {
    this.deps.unsent.give(this.deps.source, this.bytes)
    this.bytes = 0
  }

  /** Whether so much waits, here or in all feeds, that nothing may be added. */
  get isFull(): boolean {
    if (this.bytes > this.options.maxBufferedBytes) return true
    return this.bytes > 0 && this.deps.unsent.full(this.deps.source)
  }

  /**
   * Waits until there is room again.
   * @throws {SlowReader} when there was none for `slowReaderMs`. @throws the signal's reason when it aborts.
   */
  async drained(signal: AbortSignal): Promise<void> {
    const { clock } = this.deps
    const { slowReaderMs } = this.options
    const deadline = clock.elapsed() + slowReaderMs
    while (this.isFull) {
      const left = deadline - clock.elapsed()
      if (left <= 0) throw new SlowReader(`no room for ${slowReaderMs} ms`)
      const timer = new AbortController()
      const late = clock.sleep(left, timer.signal)
      // Called off below when something was flushed first.
      late.catch(() => undefined)
      try {
        await firstOf([this.flushed.next(), late], signal)
      } finally {
        timer.abort()
      }
    }
  }
}
