import { backoffMs, type Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { JournalCopy } from './copy.ts'
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
        this.#metrics?.unanswered.inc()
        const waitMs = backoffMs(failures, backoff)
        log.warn({ err: error, waitMs }, 'the shared journal does not answer')
        await this.#lost()
        await clock.sleep(waitMs, signal)
      }
    }
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
        this.#metrics?.unanswered.inc()
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
