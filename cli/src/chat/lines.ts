import { addAbortSignal, type Readable } from 'node:stream'
import { CliError } from '../faults.ts'

/** Bytes of one line at most. */
const maxLineBytes = 65_536
const newline = 0x0a

/** A line that was typed, or why it is none. */
export type Typed = { readonly text: string } | { readonly fault: CliError }

/**
 * Lines of a pipe or file, until it ends or `signal` aborts. Of one that is too long nothing is kept but that it was there; nothing
 * more is read while a line is dealt with.
 */
export async function* linesOf(input: Readable, signal: AbortSignal): AsyncGenerator<Typed, void, undefined> {
  let kept: Buffer[] = []
  let bytes = 0
  const take = (part: Buffer): void => {
    bytes += part.length
    if (bytes <= maxLineBytes) kept.push(part)
    else kept = []
  }
  const line = (): Typed => {
    const typed = bytes > maxLineBytes ? tooLong() : decoded(Buffer.concat(kept))
    kept = []
    bytes = 0
    return typed
  }
  try {
    for await (const chunk of addAbortSignal(signal, input)) {
      let rest = chunk as Buffer
      for (let at = rest.indexOf(newline); at >= 0; at = rest.indexOf(newline)) {
        take(rest.subarray(0, at))
        yield line()
        rest = rest.subarray(at + 1)
      }
      take(rest)
    }
    if (bytes > 0) yield line()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** A line as a terminal gives it. */
export function typedLine(text: string): Typed {
  return Buffer.byteLength(text) > maxLineBytes ? tooLong() : { text }
}

const tooLong = (): Typed => ({
  fault: new CliError({ code: 'ARGUMENT_INVALID', argument: 'line', reason: `has more than ${maxLineBytes} bytes` }),
})

function decoded(bytes: Buffer): Typed {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { fault: new CliError({ code: 'ARGUMENT_INVALID', argument: 'line', reason: 'is not UTF-8' }) }
  }
}
