import type { Writable } from 'node:stream'
import type { Redact } from './redact.ts'
import type { Screen } from './screen.ts'

/** The part of a stream of the process that output needs. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns: number }

/** Standard output or error with what became of it. */
export interface Output extends Screen {
  /** Code of the first failure to write, such as EPIPE; undefined while all went well. */
  readonly failure: string | undefined
  /** Resolves once everything is written, or nothing more can be. */
  flush(): Promise<void>
}

/**
 * Writes to a stream of the process without ending it when nobody reads or the disk is full: whether that matters is for
 * the command's end to say.
 * @param onLost - Told the code of the first failure.
 */
export function createOutput(stream: OutputStream, redact: Redact, onLost: (code: string) => void): Output {
  let failure: string | undefined
  const fail = (error: NodeJS.ErrnoException): void => {
    if (failure !== undefined) return
    failure = error.code ?? error.message
    onLost(failure)
  }
  stream.on('error', fail)
  /** Writes to files and devices fail at once, those to pipes later. */
  const attempt = (text: string, done?: () => void): void => {
    if (failure !== undefined) {
      done?.()
      return
    }
    try {
      stream.write(text, done)
    } catch (error) {
      fail(error as NodeJS.ErrnoException)
      done?.()
    }
  }
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns
    },
    get failure() {
      return failure
    },
    write: (text) => attempt(redact(text)),
    flush: () => new Promise((resolve) => attempt('', resolve)),
  }
}
