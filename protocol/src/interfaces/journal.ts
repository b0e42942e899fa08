/** Place of a record in the journal, rising by one a record, from 0. */
export type JournalPosition = bigint

/** Bytes of one record of a journal at most. */
export const maxJournalRecordBytes = 256 * 1024

/**
 * An append-only record of what was accepted. What `append` has answered for survives a crash, in order, without gaps.
 * Faults are `JournalError`s. After `JOURNAL_BROKEN` nothing more is written.
 */
export interface Journal {
  /** Position the next record gets; appends under way are counted. */
  readonly next: JournalPosition
  /** Bytes given to `append` that are not durable yet. */
  readonly pendingBytes: number
  /**
   * Appends records of 1 byte to 256 KiB; resolves with the first one's position once all are durable. Calls made while
   * an earlier one is under way are written together, and calls resolve in their order. Records are not kept after the
   * call resolves; do not change them before.
   * @throws {JournalError} `JOURNAL_RECORD_SIZE`, `JOURNAL_EMPTY_APPEND`, `JOURNAL_FULL` (nothing was taken),
   * `JOURNAL_BROKEN` (whether the records are durable is not known), `JOURNAL_CLOSED`.
   */
  append(records: readonly Uint8Array[]): Promise<JournalPosition>
  /**
   * Records from `from` up to what is durable when the call is made.
   * @throws {JournalError} `JOURNAL_POSITION` when `from` was pruned or is above `next`; `JOURNAL_GAP`, `JOURNAL_CORRUPT`
   * at the first record that is not what was written.
   */
  read(from: JournalPosition): AsyncIterable<{ readonly position: JournalPosition; readonly record: Uint8Array }>
  /** Forgets records before `before`; positions stay. @throws {JournalError} `JOURNAL_POSITION` above what is durable. */
  prune(before: JournalPosition): Promise<void>
  /** Resolves when appends under way are durable. */
  close(): Promise<void>
}
