import { type Journal, JournalError, type JournalPosition, maxJournalRecordBytes } from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  highestNumber,
  keyOf,
  lastNumberOf,
  unchecksummed,
} from '@parley/runtime/level'
import { Counter, Histogram, type Registry } from 'prom-client'

export interface JournalOptions {
  /** Bytes that may wait to be written; more is refused. Default 256 MiB. */
  readonly maxPendingBytes?: number
  /** Bytes written at once at most, beyond the first append. Default 16 MiB. */
  readonly maxCommitBytes?: number
  /**
   * Milliseconds from the beginning of one write to that of the next at least, so that more shares one. What comes after a
   * pause is written at once. Default 0.
   */
  readonly groupMs?: number
}

export interface JournalDeps {
  /** Holds nothing else. The caller closes it after the journal. */
  readonly db: BytesLevel
  /** Takes `parley_journal_commit_seconds` and `parley_journal_bytes_total`. */
  readonly registry?: Registry
}

interface JournalMetrics {
  readonly commit: Histogram
  readonly bytes: Counter
}

function metricsOf(registry: Registry): JournalMetrics {
  const registers = [registry]
  return {
    commit: new Histogram({
      name: 'parley_journal_commit_seconds',
      help: 'One synchronous write of the journal',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    bytes: new Counter({ name: 'parley_journal_bytes_total', help: 'Bytes of records made durable', registers }),
  }
}

const recordPrefix = 'r'
/** By itself the store reads two records at a time: a start would mostly wait for it. */
const readAheadBytes = 1024 * 1024
const firstKey = keyOf('f')
const recordKey = (position: JournalPosition): Uint8Array => keyOf(recordPrefix, position)

interface Append {
  readonly records: readonly Uint8Array[]
  readonly first: JournalPosition
  readonly bytes: number
  readonly resolve: (position: JournalPosition) => void
  readonly reject: (error: unknown) => void
}

/** A journal in LevelDB: one synchronous write for everything that came while the write before was under way. */
class LevelJournal implements Journal {
  pendingBytes = 0
  next: JournalPosition

  private first: JournalPosition
  /** Position after the last record known to be durable. */
  private committed: JournalPosition
  private waiting: Append[] = []
  private writing: Promise<void> | undefined
  private broken: JournalError | undefined
  private closed = false

  private readonly db: BytesLevel
  private readonly metrics: JournalMetrics | undefined
  private readonly maxPendingBytes: number
  private readonly maxCommitBytes: number
  private readonly groupMs: number
  private begunAt = Number.NEGATIVE_INFINITY

  constructor(deps: JournalDeps, options: JournalOptions, first: JournalPosition, next: JournalPosition) {
    this.db = deps.db
    this.metrics = deps.registry && metricsOf(deps.registry)
    this.maxPendingBytes = options.maxPendingBytes ?? 256 * 1024 * 1024
    this.maxCommitBytes = options.maxCommitBytes ?? 16 * 1024 * 1024
    this.groupMs = options.groupMs ?? 0
    this.first = first
    this.next = next
    this.committed = next
  }

  async append(records: readonly Uint8Array[]): Promise<JournalPosition> {
    if (this.closed) throw new JournalError({ code: 'JOURNAL_CLOSED' })
    if (this.broken !== undefined) throw this.broken
    if (records.length === 0) throw new JournalError({ code: 'JOURNAL_EMPTY_APPEND' })
    let bytes = 0
    for (const record of records) {
      if (record.length === 0 || record.length > maxJournalRecordBytes)
        throw new JournalError({
          code: 'JOURNAL_RECORD_SIZE',
          bytes: record.length,
          minimum: 1,
          maximum: maxJournalRecordBytes,
        })
      bytes += record.length
    }
    if (this.pendingBytes > 0 && this.pendingBytes + bytes > this.maxPendingBytes)
      throw new JournalError({
        code: 'JOURNAL_FULL',
        pendingBytes: this.pendingBytes,
        maximum: this.maxPendingBytes,
      })
    const { promise, resolve, reject } = Promise.withResolvers<JournalPosition>()
    this.waiting.push({ records, first: this.next, bytes, resolve, reject })
    this.next += BigInt(records.length)
    this.pendingBytes += bytes
    this.writing ??= this.writeWaiting()
    return promise
  }

  read(from: JournalPosition): AsyncIterable<{ readonly position: JournalPosition; readonly record: Uint8Array }> {
    const end = this.committed
    if (from < this.first || from > end)
      throw new JournalError({ code: 'JOURNAL_POSITION', position: from, first: this.first, next: end })
    return this.readRange(from, end)
  }

  async prune(before: JournalPosition): Promise<void> {
    if (before > this.committed)
      throw new JournalError({
        code: 'JOURNAL_POSITION',
        position: before,
        first: this.first,
        next: this.committed,
      })
    if (before <= this.first) return
    // The mark first: records that a crash leaves below it are cleared when the journal is opened.
    await this.db.batch([{ type: 'put', key: firstKey, value: checksummed(firstKey, keyOf('', before)) }], durable)
    this.first = before
    await this.db.clear({ gte: recordKey(0n), lt: recordKey(before) })
  }

  async close(): Promise<void> {
    this.closed = true
    await this.writing
  }

  private async *readRange(
    from: JournalPosition,
    end: JournalPosition,
  ): AsyncGenerator<{ readonly position: JournalPosition; readonly record: Uint8Array }> {
    let expected = from
    const range = { gte: recordKey(from), lt: recordKey(end), highWaterMarkBytes: readAheadBytes }
    for await (const [key, value] of this.db.iterator(range)) {
      const position = lastNumberOf(key)
      if (position !== expected) throw new JournalError({ code: 'JOURNAL_GAP', expected, found: position })
      const record = unchecksummed(key, value)
      if (record === undefined || record.length === 0)
        throw new JournalError({ code: 'JOURNAL_CORRUPT', position, reason: 'the checksum does not hold' })
      yield { position, record }
      expected += 1n
    }
    if (expected !== end) throw new JournalError({ code: 'JOURNAL_GAP', expected, found: end })
  }

  private takeBatch(): Append[] {
    let bytes = 0
    const taken = this.waiting.findIndex((append, i) => {
      bytes += append.bytes
      return i > 0 && bytes > this.maxCommitBytes
    })
    return this.waiting.splice(0, taken === -1 ? this.waiting.length : taken)
  }

  private async writeWaiting(): Promise<void> {
    // One turn of the loop later, so that calls made together are written together.
    await Promise.resolve()
    while (this.waiting.length > 0) {
      await this.gather()
      const batch = this.takeBatch()
      try {
        await this.commit(batch)
      } catch (error) {
        this.break(error, batch)
      }
    }
    this.writing = undefined
  }

  /** Lets more come while the write before is recent. */
  private async gather(): Promise<void> {
    const leftMs = this.begunAt + this.groupMs - performance.now()
    if (leftMs > 0 && !this.closed) await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, this.groupMs)))
  }

  private async commit(batch: readonly Append[]): Promise<void> {
    const started = performance.now()
    this.begunAt = started
    const operations: BytesOperation[] = []
    let bytes = 0
    for (const { records, first } of batch)
      records.forEach((record, i) => {
        const key = recordKey(first + BigInt(i))
        operations.push({ type: 'put', key, value: checksummed(key, record) })
        bytes += record.length
      })
    await this.db.batch(operations, durable)
    this.committed += BigInt(operations.length)
    this.pendingBytes -= bytes
    this.metrics?.commit.observe((performance.now() - started) / 1000)
    this.metrics?.bytes.inc(bytes)
    for (const append of batch) append.resolve(append.first)
  }

  private break(cause: unknown, batch: readonly Append[]): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.broken = new JournalError({ code: 'JOURNAL_BROKEN', reason }, { cause })
    for (const append of [...batch, ...this.waiting.splice(0)]) append.reject(this.broken)
  }
}

async function storedFirst(db: BytesLevel): Promise<JournalPosition> {
  const stored = await db.get(firstKey)
  if (stored === undefined) return 0n
  const content = unchecksummed(firstKey, stored)
  if (content?.length !== 8)
    throw new JournalError({ code: 'JOURNAL_CORRUPT', position: 0n, reason: 'the mark of pruning is damaged' })
  return lastNumberOf(content)
}

/**
 * Opens the journal kept in `deps.db`, going on after its last record.
 * @throws {JournalError} `JOURNAL_GAP` when the first record is missing, `JOURNAL_CORRUPT` when the mark of pruning is damaged.
 */
export async function openJournal(deps: JournalDeps, options: JournalOptions = {}): Promise<Journal> {
  const { db } = deps
  await db.open()
  const first = await storedFirst(db)
  await db.clear({ gte: recordKey(0n), lt: recordKey(first) })
  const range = { gte: recordKey(first), lte: recordKey(highestNumber), limit: 1 }
  const [lowest] = await db.keys(range).all()
  if (lowest === undefined) return new LevelJournal(deps, options, first, first)
  if (lastNumberOf(lowest) !== first)
    throw new JournalError({ code: 'JOURNAL_GAP', expected: first, found: lastNumberOf(lowest) })
  const [highest] = await db.keys({ ...range, reverse: true }).all()
  return new LevelJournal(deps, options, first, lastNumberOf(highest ?? lowest) + 1n)
}
