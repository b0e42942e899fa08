import { CliError } from '../faults.ts'

/** What somebody typed: something to say, or a command with what follows it. */
export type Line = { readonly kind: 'say'; readonly text: string } | { readonly kind: 'command'; readonly given: Given }

/** A command's name and its arguments. */
export class Given {
  readonly name: string
  /** Words that spaces separate; one in double quotes may have spaces inside. */
  readonly words: readonly string[]
  private readonly text: string
  private readonly starts: readonly number[]

  /** @param text - Without its slash. */
  constructor(text: string) {
    const found = [...text.matchAll(/"([^"]*)"(?=\s|$)|\S+/g)]
    const [name, ...words] = found.map(([whole, quoted]) => quoted ?? whole)
    this.name = name ?? ''
    this.words = words
    this.text = text
    this.starts = found.slice(1).map(({ index }) => index)
  }

  /** A word that must be there. @throws {CliError} `ARGUMENT_INVALID`. */
  word(at: number, argument: string): string {
    const word = this.words[at]
    if (word === undefined) throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: 'is missing: see /help' })
    return word
  }

  /** Everything from a word on, as it was typed. */
  from(at: number): string {
    const start = this.starts[at]
    return start === undefined ? '' : this.text.slice(start).trim()
  }

  /** As `from`, when it must be there. @throws {CliError} `ARGUMENT_INVALID`. */
  textFrom(at: number, argument: string): string {
    this.word(at, argument)
    return this.from(at)
  }

  /** @throws {CliError} `ARGUMENT_INVALID`: there are more words than the command takes. */
  atMost(count: number): void {
    const [surplus] = this.words.slice(count)
    if (surplus === undefined) return
    const reason = `${surplus} is one word too many: put words that belong together in double quotes`
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: this.name, reason })
  }
}

/** Reads a line; undefined for an empty one. `//` begins a message with a slash. */
export function parseLine(typed: string): Line | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) }
  if (text.startsWith('/')) return { kind: 'command', given: new Given(text.slice(1)) }
  return { kind: 'say', text }
}
