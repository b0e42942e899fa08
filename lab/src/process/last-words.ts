/** Characters of a reason at most: it is read on a terminal, the rest in the process's log. */
const longest = 240

/** Text and fault code of a log entry; what is no log entry as it is. */
export function gistOf(line: string): string {
  const entry = entryOf(line)
  if (typeof entry !== 'object' || entry === null) return line
  const { msg, fault } = entry as { msg?: unknown; fault?: { code?: unknown } }
  const parts = [msg, fault?.code].filter((part) => typeof part === 'string')
  return parts.length === 0 ? line : parts.join(': ')
}

/** A line as JSON; the line itself when it is none. */
export function entryOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return line
    throw error
  }
}

/** Why a process ended, as far as its last lines tell: what the command said of its end, or else the last line. */
export function lastWords(lines: readonly string[]): string {
  const said = lines.findLast((line) => line.startsWith('parley: ')) ?? lines.at(-1)
  if (said === undefined) return 'it said nothing'
  const gist = gistOf(said).replace(/^parley: /, '')
  return gist.length > longest ? `${gist.slice(0, longest)}…` : gist
}
