import { capacityTable, costTable, savedByWaiting } from './tables.ts'

/** Figures of docs/costs.md by the mark that stands before each; a blank line ends them. */
export const figures = (): ReadonlyMap<string, string> =>
  new Map([
    ['costs', costTable()],
    [
      'waiting',
      `At one message per second on blobs a message costs ${Math.round(savedByWaiting(5, 600))} times less when batches wait for 600 s and not for 5 s, and ${Math.round(savedByWaiting(5, 300))} times less at 300 s.`,
    ],
    ['capacity', capacityTable()],
  ])

/** The page with its figures made anew. @throws {RangeError} when a mark is not there. */
export function withFigures(page: string): string {
  let text = page
  for (const [name, figure] of figures()) {
    const mark = `<!-- figures: ${name} -->\n`
    const from = text.indexOf(mark)
    const to = text.indexOf('\n\n', from)
    if (from === -1 || to === -1) throw new RangeError(`docs/costs.md has no figures ${name}`)
    text = text.slice(0, from + mark.length) + figure + text.slice(to)
  }
  return text
}
