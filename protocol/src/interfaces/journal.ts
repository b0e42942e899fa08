/** Place of a record in the journal, rising by one a record, from 0. */
export type JournalPosition = bigint

/** An append-only record of what was accepted. What `append` has answered for survives a crash, in order, without gaps. */
export interface Journal {
  /** Position the next record gets. */
  readonly next: JournalPosition
  /**
   * Appends records of 1 byte to 64 MiB; resolves once all are durable. Calls made while an earlier one is under way are
   * written together. Records are not kept after the call resolves; do not change them before.
   */
  append(records: readonly Uint8Array[]): Promise<JournalPosition>
  /** Records from `from` up to what is durable when the call is made. */
  read(from: JournalPosition): AsyncIterable<{ readonly position: JournalPosition; readonly record: Uint8Array }>
  /** Forgets records before `before`; positions stay. */
  prune(before: JournalPosition): Promise<void>
  close(): Promise<void>
}
