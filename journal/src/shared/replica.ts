import { randomBytes } from 'node:crypto'
import { type Journal, JournalError, sameBytes } from '@parley/protocol'
import type { BytesLevel } from '@parley/runtime/level'
import type { Registry } from 'prom-client'
import { Connection, type ConnectionDeps } from './connection.ts'
import { forked, JournalCopy } from './copy.ts'
import type { Reading } from './history.ts'
import { type LeaderOptions, SharedJournal } from './leader.ts'
import { encodeMessage } from './message.ts'
import { type ReplicaMetrics, replicaMetrics } from './metrics.ts'

export interface ReplicaDeps extends ConnectionDeps {
  /** Holds what this replica read of the stream, and nothing else. */
  readonly local: Journal
  /** Holds how far it read, and nothing else. */
  readonly places: BytesLevel
  /** Takes `parley_journal_leads`, `_term`, `_sequence`, `_records`, `_skipped`, `_append_seconds`, `_unanswered_total` and
   * `_connections_total`. */
  readonly registry?: Registry
}

export interface ReplicaOptions {
  /** 1 to 64 characters `a` to `z`, `0` to `9`, `-`; no two replicas have one name. */
  readonly name: string
  /** Milliseconds that a stream may seem to end before the local journal does. @default 10,000 */
  readonly agreeWithinMs?: number
}

const defaultAgreeWithinMs = 10_000

/** One of the sequencers that share a journal: it reads along, and may take over. */
export class Replica {
  readonly copy: JournalCopy
  readonly #connection: Connection
  readonly #deps: ReplicaDeps
  readonly name: string
  readonly #metrics: ReplicaMetrics | undefined
  #leader: SharedJournal | undefined
  readonly #life = Uint8Array.from(randomBytes(16))

  private constructor(deps: ReplicaDeps, name: string, copy: JournalCopy) {
    this.#deps = deps
    this.name = name
    this.copy = copy
    const leads = (): boolean => this.#leader?.leads === true
    this.#metrics = deps.registry && replicaMetrics(deps.registry, copy.history, leads)
    this.#connection = new Connection(deps, copy, this.#metrics)
  }

  /**
   * Compares the local journal with the stream, and reads to where the stream ends.
   * @throws {JournalError} `JOURNAL_FORKED` when the two do not agree, or the stream ends first; `JOURNAL_KIND_CHANGED` when it
   * has no records, and those of the local journal were never shared; `JOURNAL_UNSUITABLE`; faults of the local journal @throws the signal's reason when it aborts
   */
  static async open(deps: ReplicaDeps, options: ReplicaOptions, signal: AbortSignal): Promise<Replica> {
    const replica = new Replica(deps, options.name, await JournalCopy.open(deps.local, deps.places))
    try {
      await replica.#agree(options.agreeWithinMs ?? defaultAgreeWithinMs, signal)
    } catch (error) {
      await replica.close()
      throw error
    }
    return replica
  }

  /** Reads along. What was read is on the local disk when it is given. Ends when the signal aborts. @throws {JournalError} */
  async *follow(signal: AbortSignal): AsyncGenerator<Reading> {
    for await (const bytes of this.#connection.messages(signal)) yield await this.copy.take(bytes)
  }

  /** When the servers last did not answer, by the clock's elapsed milliseconds. */
  get unansweredAt(): number {
    return this.#connection.unansweredAt
  }

  /** Looks once whether the servers answer: `unansweredAt` tells when they do not. */
  probe(): Promise<void> {
    return this.#connection.probe()
  }

  /** Reads to where the stream ends, as far as whoever answers knows. @returns whether there was anything to read */
  async catchUp(signal: AbortSignal): Promise<boolean> {
    const { sequence } = this.copy.history.place
    await this.#readTo(await this.#connection.answered((stream) => stream.last(), signal), signal)
    return this.copy.history.place.sequence > sequence
  }

  /**
   * Begins the next term, and reads up to there. Nobody is asked who leads: whose message comes first does. The journal by which
   * this replica led before is closed first, for the two would read the stream twice into one copy.
   * @param where - `behind-read`: only if nothing came after what was read, so that a leader who wrote meanwhile stays
   * @returns undefined when another replica was first, or something came
   * @throws {JournalError} @throws the signal's reason when it aborts
   */
  async takeOver(
    signal: AbortSignal,
    options?: LeaderOptions,
    where: 'anywhere' | 'behind-read' = 'anywhere',
  ): Promise<SharedJournal | undefined> {
    await this.#leader?.close()
    const { copy } = this
    const { term: before, sequence } = copy.history.place
    const term = before + 1n
    const message = encodeMessage({ kind: 'term', term, replica: this.name, life: this.#life })
    const last = where === 'anywhere' ? undefined : sequence
    const { appended } = await this.#connection.answered((stream) => stream.append(message, last), signal)
    // An answer may have been lost: then what is there is its own message.
    if (!appended && !sameBytes(await this.#connection.served(sequence + 1, signal), message)) return undefined
    for await (const bytes of this.#connection.messages(signal)) {
      const reading = await copy.take(bytes)
      if (!sameBytes(bytes, message)) continue
      if (reading.kind !== 'term') return undefined
      const leading = { copy, connection: this.#connection, clock: this.#deps.clock, name: this.name }
      this.#leader = new SharedJournal({ ...leading, metrics: this.#metrics }, options)
      return this.#leader
    }
    throw signal.reason
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  /** Whoever answers may not know of the newest messages yet: the end is asked for until it is far enough. */
  async #agree(withinMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    const { history, local } = this.copy
    for (const until = clock.elapsed() + withinMs; ; ) {
      await this.catchUp(signal)
      if (history.place.next >= local.next) return
      if (clock.elapsed() >= until) throw this.#behind()
      await clock.sleep(100, signal)
    }
  }

  #behind(): JournalError {
    const { history, local, hadPlace } = this.copy
    const { sequence, next } = history.place
    const reason = `the stream ends at record ${next}, the local journal at ${local.next}`
    if (hadPlace || next > 0n) return forked(sequence, reason)
    return new JournalError({ code: 'JOURNAL_KIND_CHANGED', from: 'local', to: 'jetstream', reason })
  }

  async #readTo(last: number, signal: AbortSignal): Promise<void> {
    if (this.copy.history.place.sequence >= last) return
    for await (const _ of this.follow(signal)) if (this.copy.history.place.sequence >= last) return
  }
}
