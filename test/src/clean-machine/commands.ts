import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A command of a page, as somebody types it. */
export interface PageCommand {
  /** Page from the checkout's root, and the line that the command begins at, from 1. */
  readonly at: string
  readonly text: string
}

const install = 'docs/operators/install.md'

/** What somebody reads, in this order. */
export const pages = {
  verifier: [install, 'docs/guides/run-a-node.md'],
  sequencer: [install, 'docs/guides/run-a-sequencer.md'],
} as const

const begins = /^```sh run$/
const ends = /^```$/
const here = /<<-?\s*'?(\w+)'?/

/**
 * The commands of a page's blocks marked `sh run`, in order. A line is a command; one that ends with a backslash goes on in
 * the next, and a here-document until its word.
 * @throws {Error} when a block or a command is open at the page's end.
 */
export function commandsOf(root: string, page: string): readonly PageCommand[] {
  const found: PageCommand[] = []
  let inBlock = false
  let open: { from: number; lines: string[]; until: string | undefined } | undefined
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    if (!inBlock) {
      inBlock = begins.test(line)
      continue
    }
    if (open === undefined && ends.test(line)) {
      inBlock = false
      continue
    }
    open ??= { from: index + 1, lines: [], until: here.exec(line)?.[1] }
    open.lines.push(line)
    const goesOn = open.until === undefined ? line.endsWith('\\') : line !== open.until
    if (goesOn) continue
    const text = open.lines.join('\n')
    if (text.trim() !== '') found.push({ at: `${page}:${open.from}`, text })
    open = undefined
  }
  if (inBlock) throw new Error(`${page} ends within a block`)
  return found
}

/** A command with what stands for the reader's own values replaced. @throws {Error} when one is left that nothing is known of. */
export function filledIn({ at, text }: PageCommand, values: ReadonlyMap<string, string>): string {
  let filled = text
  for (const [word, value] of values) filled = filled.replaceAll(word, value)
  const [left] = /\bYOUR-[A-Z0-9-]+|0x[A-Z]+\b/.exec(filled) ?? []
  if (left !== undefined) throw new Error(`${at}: nothing is known to put in for ${left}`)
  return filled
}
