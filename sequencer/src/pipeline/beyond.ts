import type { JournalPosition } from '@parley/protocol'
import type { JournalEntry } from './live-records.ts'

/** What comes after the end of a journal that somebody else appends to. */
export interface Beyond {
  records(from: JournalPosition): AsyncIterable<JournalEntry>
  /** Resolves when so many inbox items are known. */
  itemsKnown(count: bigint): Promise<void>
}
