import { backoffMs, type Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { forked, type JournalCopy } from './copy.ts'
import type { ReplicaMetrics } from './metrics.ts'
import { type JournalStream, Unanswered } from './stream.ts'

export interface ConnectionDeps {
  /** Connects to any of the servers. @throws {Unanswered} */
  readonly connect: () => Promise<JournalStream>
  readonly clock: Clock
  readonly log: Logger
}

const backoff = { firstBackoffMs: 50, maxBackoffMs: 1_000 }
/** Unanswered calls in a row after which another server is taken. */
const patience = 2
/** Milliseconds until a message must be served that a refused append shows to be there. */
const servedWithinMs = 10_000

/**
 * The stream over one connection at a time. After every new one what was read is compared before anything else is done: a
 * sequence number says how many messages there are, and not which.
 */
export class Connection {
  readonly #deps: ConnectionDeps
  readonly #copy: JournalCopy
  readonly #metrics: ReplicaMetrics | undefined
  #stream: JournalStream | undefined
  #unanswered = 0
  /** When a call was last not answered, by the clock's elapsed milliseconds. */
  unansweredAt = Number.NEGATIVE_INFINITY

  constructor(deps: ConnectionDeps, copy: JournalCopy, metrics: ReplicaMetrics | undefined) {
    this.#deps = deps
    this.#metrics = metrics
    this.#copy = copy
  }

  /**
   * Repeats a call until it is answered.
   * @throws {JournalError} `JOURNAL_FORKED`, `JOURNAL_UNSUITABLE` @throws the signal's reason when it aborts
   */
  async answered<T>(call: (stream: JournalStream) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, log } = this.#deps
    for (let failures = 0; ; failures += 1) {
      signal.throwIfAborted()
      try {
        const result = await call(await this.#connected())
        this.#unanswered = 0
        return result
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        this.#note()
        const waitMs = backoffMs(failures, backoff)
        log.warn({ err: error, waitMs }, 'the shared journal does not answer')
        await this.#lost()
        await clock.sleep(waitMs, signal)
      }
    }
  }

  /** Asks once, over the connection that there is, so that `unansweredAt` tells an outage while nothing else is asked. */
  async probe(): Promise<void> {
    try {
      if (this.#stream === undefined) throw new Unanswered('there is no connection')
      await this.#stream.last()
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      this.#note()
    }
  }

  #note(): void {
    this.unansweredAt = this.#deps.clock.elapsed()
    this.#metrics?.unanswered.inc()
  }

  /** The message that took the place of an append. @throws {JournalError} as `answered` does */
  async served(sequence: number, signal: AbortSignal): Promise<Uint8Array> {
    const { clock } = this.#deps
    for (const until = clock.elapsed() + servedWithinMs; clock.elapsed() < until; ) {
      const found = await this.answered((stream) => stream.at(sequence), signal)
      if (found !== undefined) return found
      await clock.sleep(50, signal)
    }
    throw forked(sequence, 'an append is refused for a message that is not there')
  }

  /** Messages after the last one read, each once, over as many connections as it takes, until the signal aborts. */
  async *messages(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { clock, log } = this.#deps
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const stream = await this.answered(async (connected) => connected, signal)
        for await (const bytes of stream.follow(this.#copy.history.place.sequence + 1, signal)) {
          failures = 0
          yield bytes
        }
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof Unanswered)) throw error
        this.#note()
        const waitMs = backoffMs(failures, backoff)
        log.warn({ err: error, waitMs }, 'the shared journal cannot be followed')
        await this.close()
        await clock.sleep(waitMs, signal).catch(() => undefined)
      }
    }
  }

  async close(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    this.#unanswered = 0
    // What is wrong with a connection that is given up is nobody's any more.
    await stream?.close().catch(() => undefined)
  }

  async #connected(): Promise<JournalStream> {
    if (this.#stream !== undefined) return this.#stream
    const stream = await this.#deps.connect()
    try {
      await this.#copy.compare(stream)
    } catch (error) {
      await stream.close().catch(() => undefined)
      throw error
    }
    this.#stream = stream
    this.#metrics?.connections.inc()
    return stream
  }

  async #lost(): Promise<void> {
    this.#unanswered += 1
    if (this.#unanswered >= patience) await this.close()
  }
}
