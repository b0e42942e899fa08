import type { Journal, JournalPosition } from '@parley/protocol'
import type { VoidedRange } from '../store/void-store.ts'

/** A range of positions, the end not included. */
export type Voided = Pick<VoidedRange, 'from' | 'to'>

export interface JournalEntry {
  readonly position: JournalPosition
  readonly record: Uint8Array
}

/** Records from `from` up to `end`, without those in a voided range; `end` left out: all that is durable now. */
export async function* liveRecords(
  journal: Journal,
  voided: readonly Voided[],
  from: JournalPosition,
  end?: JournalPosition,
): AsyncGenerator<JournalEntry> {
  let next = behind(voided, from)
  while (end === undefined || next < end) {
    const stop = firstVoid(voided, next)
    let read = 0
    for await (const entry of journal.read(next)) {
      if (entry.position === stop || entry.position === end) break
      read += 1
      yield entry
    }
    if (stop === undefined || next + BigInt(read) < stop) return
    next = behind(voided, stop)
  }
}

/** The position, or the end of the voided ranges that it lies in. */
function behind(voided: readonly Voided[], position: JournalPosition): JournalPosition {
  const ends = voided.filter(({ from, to }) => from <= position && position < to).map(({ to }) => to)
  if (ends.length === 0) return position
  return behind(
    voided,
    ends.reduce((last, to) => (to > last ? to : last)),
  )
}

/** Where the next voided range behind `position` begins. */
function firstVoid(voided: readonly Voided[], position: JournalPosition): JournalPosition | undefined {
  const begins = voided.filter(({ from, to }) => from > position && from < to).map(({ from }) => from)
  return begins.length === 0 ? undefined : begins.reduce((first, from) => (from < first ? from : first))
}
