import { invalid } from '../faults.ts'

/** Where a watch goes on: keep it as it is with what was made of the event, and hand it back. */
export type WatchCursor = string

const numberPattern = /^(?:0|[1-9]\d{0,14})$/

/** How many events of each source were given out. */
export class SourceCounts {
  private readonly counts: Map<string, number>

  /** @throws {MessagingError} `FRAME_INVALID`: it is no cursor. */
  constructor(cursor: WatchCursor | undefined) {
    this.counts = new Map(cursor === undefined || cursor === '' ? [] : cursor.split(',').map(entryOf))
  }

  of(source: string): number {
    return this.counts.get(source) ?? 0
  }

  next(source: string): WatchCursor {
    this.counts.set(source, this.of(source) + 1)
    return [...this.counts].map(([name, count]) => `${name}=${count}`).join(',')
  }
}

function entryOf(text: string): [string, number] {
  const [name, count, ...rest] = text.split('=')
  if (!name || count === undefined || rest.length > 0 || !numberPattern.test(count))
    throw invalid('cursor', `${JSON.stringify(text)} is no count of a source`)
  return [name, Number(count)]
}
