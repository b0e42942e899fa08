import type { TraceLine } from './trace-line.ts'

/** A line together with what is known of its conversation's near future. */
export interface Foreseen {
  readonly line: TraceLine
  /** Messages of each speaker of the conversation within the window, this line included. */
  readonly speakers: ReadonlyMap<number, number>
}

/** Tells with every line who speaks in its conversation within the next `window` lines, itself included. */
export async function* lookAhead(
  lines: Iterable<TraceLine> | AsyncIterable<TraceLine>,
  window: number,
): AsyncGenerator<Foreseen> {
  const ahead: TraceLine[] = []
  const counts = new Map<number, Map<number, number>>()
  const take = (): Foreseen => {
    const line = ahead.shift() as TraceLine
    const speakers = counts.get(line.conversation) as Map<number, number>
    const foreseen = { line, speakers: new Map(speakers) }
    const left = (speakers.get(line.speaker) as number) - 1
    if (left > 0) speakers.set(line.speaker, left)
    else speakers.delete(line.speaker)
    if (speakers.size === 0) counts.delete(line.conversation)
    return foreseen
  }
  for await (const line of lines) {
    ahead.push(line)
    const speakers = counts.get(line.conversation) ?? new Map<number, number>()
    counts.set(line.conversation, speakers)
    speakers.set(line.speaker, (speakers.get(line.speaker) ?? 0) + 1)
    if (ahead.length >= window) yield take()
  }
  while (ahead.length > 0) yield take()
}
