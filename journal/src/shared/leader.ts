import { type Journal, JournalError, type JournalPosition, maxJournalRecordBytes, sameBytes } from '@parley/protocol'
import { type Clock, Pulse } from '@parley/runtime'
import type { Connection } from './connection.ts'
import type { JournalCopy } from './copy.ts'
import { encodeMessage, maxMessageBytes, messageBytes, type RecordsMessage, type TermMessage } from './message.ts'
import type { ReplicaMetrics } from './metrics.ts'

export interface LeaderOptions {
  /** Bytes that may wait to be written; more is refused. @default 256 MiB */
  readonly maxPendingBytes?: number
  /** Milliseconds without a record after which a message shows that the leader lives. @default 1,000 */
  readonly heartbeatMs?: number
  /** Milliseconds that `close` waits for appends under way. @default 10,000 */
  readonly closeMs?: number
}

export interface LeaderDeps {
  readonly copy: JournalCopy
  readonly connection: Connection
  readonly clock: Clock
  /** Name of the replica. */
  readonly name: string
  readonly metrics: ReplicaMetrics | undefined
}

interface Append {
  readonly records: readonly Uint8Array[]
  readonly first: JournalPosition
  readonly bytes: number
  readonly resolve: (position: JournalPosition) => void
  readonly reject: (error: unknown) => void
}

const defaults = { maxPendingBytes: 256 * 1024 * 1024, heartbeatMs: 1_000, closeMs: 10_000 }

/**
 * The journal of the replica that leads. One message is under way at a time and names the sequence number of the one before;
 * what is answered for is in the stream and on the own disk. Once another replica leads, everything fails with
 * `JOURNAL_DISPLACED`.
 */
export class SharedJournal implements Journal {
  pendingBytes = 0
  next: JournalPosition
  /** Settles with the fault once nothing can be appended any more; it does not when the journal is closed. */
  readonly ended: Promise<JournalError>

  readonly #deps: LeaderDeps
  readonly #options: typeof defaults
  readonly #term: bigint
  readonly #arrived = new Pulse()
  readonly #stopped = new AbortController()
  readonly #end = Promise.withResolvers<JournalError>()
  readonly #running: Promise<void>
  #waiting: Append[] = []
  #broken: JournalError | undefined
  #closed = false
  #hasLeft = false

  constructor(deps: LeaderDeps, options: LeaderOptions = {}) {
    this.#deps = deps
    this.#options = { ...defaults, ...options }
    this.#term = deps.copy.history.place.term
    this.next = deps.copy.local.next
    this.ended = this.#end.promise
    this.#running = this.#run()
  }

  /** Whether it may append, as far as it knows. */
  get leads(): boolean {
    return this.#broken === undefined && !this.#closed
  }

  async append(records: readonly Uint8Array[]): Promise<JournalPosition> {
    if (this.#closed) throw new JournalError({ code: 'JOURNAL_CLOSED' })
    if (this.#broken !== undefined) throw this.#broken
    if (records.length === 0) throw new JournalError({ code: 'JOURNAL_EMPTY_APPEND' })
    for (const { length } of records) assertSize(length, maxJournalRecordBytes)
    assertSize(messageBytes(records), maxMessageBytes)
    const bytes = records.reduce((sum, { length }) => sum + length, 0)
    const maximum = this.#options.maxPendingBytes
    if (this.pendingBytes > 0 && this.pendingBytes + bytes > maximum)
      throw new JournalError({ code: 'JOURNAL_FULL', pendingBytes: this.pendingBytes, maximum })
    const { promise, resolve, reject } = Promise.withResolvers<JournalPosition>()
    this.#waiting.push({ records, first: this.next, bytes, resolve, reject })
    this.next += BigInt(records.length)
    this.pendingBytes += bytes
    this.#arrived.beat()
    return promise
  }

  read(from: JournalPosition): ReturnType<Journal['read']> {
    return this.#deps.copy.local.read(from)
  }

  /** Forgets them here; the stream keeps what other replicas may need. */
  async prune(before: JournalPosition): Promise<void> {
    await this.#deps.copy.prune(before)
  }

  /** Closes it, and tells those who stand by that they need not wait; they wait when the servers do not answer. */
  async leave(): Promise<void> {
    await this.#finish(() => this.#sayLeave())
  }

  async close(): Promise<void> {
    await this.#finish(async () => undefined)
  }

  async #finish(lastly: () => Promise<void>): Promise<void> {
    this.#closed = true
    this.#arrived.beat()
    const late = new AbortController()
    const wait = this.#deps.clock.sleep(this.#options.closeMs, late.signal).then(
      () => this.#stopped.abort(new Error('the shared journal did not answer before the end')),
      () => undefined,
    )
    await this.#running
    await lastly()
    late.abort()
    await wait
    await this.#deps.connection.close()
  }

  async #sayLeave(): Promise<void> {
    if (this.#broken !== undefined || this.#hasLeft) return
    this.#hasLeft = true
    const { copy, connection } = this.#deps
    const { sequence, digest: previous } = copy.history.place
    const message = encodeMessage({ kind: 'leave', term: this.#term, previous })
    // Whether it arrived decides nothing, and what took its place is read at the next start.
    await connection
      .answered((stream) => stream.append(message, sequence), this.#stopped.signal)
      .catch((error: unknown) => this.#fail(error, []))
  }

  async #run(): Promise<void> {
    let keeping: Promise<void> = Promise.resolve()
    try {
      while (await this.#hasWork()) {
        const batch = this.#takeBatch()
        const first = batch[0]?.first ?? this.#deps.copy.history.place.next
        const kept = await this.#commit(first, batch)
        // The next message leaves while this one is written to the own disk; calls resolve in their order.
        keeping = Promise.all([keeping, kept.local]).then(() => this.#answer(batch))
        keeping.catch((error) => this.#fail(error, batch))
      }
      await keeping
    } catch (error) {
      this.#fail(error, [])
    }
  }

  /** Waits for records, or for the time of a heartbeat. @returns whether anything is to be done before the end */
  async #hasWork(): Promise<boolean> {
    if (this.#waiting.length > 0) return true
    if (this.#closed || this.#broken !== undefined) return false
    const late = new AbortController()
    const beat = this.#deps.clock.sleep(this.#options.heartbeatMs, late.signal).catch(() => undefined)
    await Promise.race([this.#arrived.next(), beat])
    late.abort()
    // One turn of the loop later, so that calls made together are written together.
    await Promise.resolve()
    return this.#waiting.length > 0 || !this.#closed
  }

  #takeBatch(): Append[] {
    let bytes = messageBytes([])
    const end = this.#waiting.findIndex(({ records }) => {
      bytes += messageBytes(records) - messageBytes([])
      return bytes > maxMessageBytes
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  /** Appends one message. @returns what resolves when its records are on the own disk */
  async #commit(first: JournalPosition, batch: readonly Append[]): Promise<{ readonly local: Promise<unknown> }> {
    const { copy, connection, metrics } = this.#deps
    const { signal } = this.#stopped
    const started = performance.now()
    const records = batch.flatMap((append) => append.records)
    try {
      const previous = copy.history.place.digest
      const message = encodeMessage({ kind: 'records', term: this.#term, first, previous, records })
      for (;;) {
        const last = copy.history.place.sequence
        const outcome = await connection.answered((stream) => stream.append(message, last), signal)
        const found = outcome.appended ? message : await connection.served(last + 1, signal)
        if (sameBytes(found, message)) {
          metrics?.append.observe((performance.now() - started) / 1000)
          return { local: copy.take(message) }
        }
        const reading = await copy.take(found)
        if (reading.kind === 'skipped' || reading.kind === 'leave') continue
        throw displaced(reading, this.#deps.name)
      }
    } catch (error) {
      this.#fail(error, batch)
      throw error
    }
  }

  #answer(batch: readonly Append[]): void {
    for (const { bytes, first, resolve } of batch) {
      this.pendingBytes -= bytes
      resolve(first)
    }
  }

  #fail(error: unknown, batch: readonly Append[]): void {
    if (this.#broken === undefined) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#broken =
        error instanceof JournalError ? error : new JournalError({ code: 'JOURNAL_BROKEN', reason }, { cause: error })
      this.#end.resolve(this.#broken)
    }
    for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(this.#broken)
  }
}

/** An earlier life of this replica did not know of this term: only one that runs beside it begins the next. */
function displaced(reading: RecordsMessage | TermMessage, name: string): JournalError {
  const { term } = reading
  if (reading.kind === 'records')
    return new JournalError({ code: 'JOURNAL_DISPLACED', term, leader: 'an earlier life of this replica' })
  if (reading.replica === name) return new JournalError({ code: 'JOURNAL_NAME_TAKEN', replica: name, term })
  return new JournalError({ code: 'JOURNAL_DISPLACED', term, leader: reading.replica })
}

function assertSize(bytes: number, maximum: number): void {
  if (bytes === 0 || bytes > maximum)
    throw new JournalError({ code: 'JOURNAL_RECORD_SIZE', bytes, minimum: 1, maximum })
}
