import { goesOn } from './goes-on.ts'
import type { Sequencer } from './sequencer.ts'

/** One sequencer from its start to its end. */
export interface Life {
  /** Not started yet. */
  readonly sequencer: Sequencer
  /** Closes what it was made with; called after its `stop`. */
  close(): Promise<void>
}

/** A sequencer that goes on after claims were removed, another sequencer of the same journal led, or it let another one lead. */
export interface Lives {
  /** Where it listens, in all its lives. */
  readonly url: string
  /** Rejects with what it cannot go on after; never resolves. */
  readonly failed: Promise<never>
  /** Ends the life that leads and begins one that stands by. @returns false when none leads */
  handOver(): boolean
  /** Never rejects but with what `close` throws. */
  stop(): Promise<void>
}

/**
 * Starts a sequencer, and another one over what it left each time claims are removed: what was sealed above the claim left
 * standing is no longer part of its state.
 * @param begin - Makes a sequencer over the same stores, with lanes and metrics of its own. It listens on `port`, which is
 * undefined for the first one.
 * @param signal - Ends the first start: it may wait for a rescue to end, or stand by.
 * @throws what the first start throws.
 */
export async function startLives(
  begin: (port: number | undefined) => Promise<Life>,
  signal?: AbortSignal,
): Promise<Lives> {
  const lives = new RunningLives(begin, await started(begin, undefined, signal))
  lives.watch()
  return lives
}

async function started(
  begin: (port: number | undefined) => Promise<Life>,
  port: number | undefined,
  signal?: AbortSignal,
): Promise<Life> {
  for (;;) {
    const life = await begin(port)
    const stop = (): void => void stopped(life)
    signal?.addEventListener('abort', stop, { once: true })
    // It may have been told to end while it was made.
    if (signal?.aborted === true) stop()
    try {
      await life.sequencer.start()
      return life
    } catch (error) {
      await ended(life)
      if (!goesOn(error)) throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }
}

async function ended(life: Life): Promise<void> {
  await stopped(life)
  await life.close()
}

const stops = new WeakMap<Life, Promise<void>>()

/** Stops a life, once. */
function stopped(life: Life): Promise<void> {
  const stop = stops.get(life) ?? life.sequencer.stop()
  stops.set(life, stop)
  return stop
}

class RunningLives implements Lives {
  readonly url: string
  readonly failed: Promise<never>
  private readonly begin: (port: number | undefined) => Promise<Life>
  private readonly failure = Promise.withResolvers<never>()
  private life: Life | undefined
  /** A life that is on its way to be the next. */
  private beginning: Life | undefined
  private stopping = false
  /** Settles when a life that ended by itself was followed by the next, or not. */
  private turning: Promise<void> = Promise.resolve()

  constructor(begin: (port: number | undefined) => Promise<Life>, life: Life) {
    this.begin = begin
    this.life = life
    this.url = life.sequencer.url
    this.failed = this.failure.promise
    // Whoever cares asks `failed`; that nobody asked yet is no unhandled rejection.
    this.failed.catch(() => undefined)
  }

  watch(): void {
    this.life?.sequencer.failed.catch((error: unknown) => {
      if (this.stopping) return
      if (!goesOn(error)) this.failure.reject(error)
      else this.turning = this.turn().catch((failed: unknown) => this.failure.reject(failed))
    })
  }

  handOver(): boolean {
    if (this.stopping || this.life === undefined) return false
    this.turning = this.turn().catch((failed: unknown) => this.failure.reject(failed))
    return true
  }

  async stop(): Promise<void> {
    this.stopping = true
    // It may wait for a rescue to end.
    if (this.beginning !== undefined) await stopped(this.beginning)
    await this.turning
    if (this.life !== undefined) await ended(this.life)
  }

  private async turn(): Promise<void> {
    const before = this.life
    this.life = undefined
    if (before !== undefined) await ended(before)
    if (this.stopping) return
    const begin: typeof this.begin = async (port) => {
      this.beginning = await this.begin(port)
      // It was told so while this was made, and could stand by for ever.
      if (this.stopping) void stopped(this.beginning)
      return this.beginning
    }
    try {
      this.life = await started(begin, Number(new URL(this.url).port))
    } finally {
      this.beginning = undefined
    }
    this.watch()
  }
}
