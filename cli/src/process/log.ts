import { CodedError } from '@parley/protocol'
import { type Logger, pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { Config } from '../config/config.ts'
import type { LogQueue } from './log-queue.ts'
import type { Redact } from './redact.ts'
import type { Screen } from './screen.ts'

/** Where standard error leads, and who reads it. */
export interface LogSurroundings {
  readonly terminal: boolean
  /** Whether the terminal may be written to in colours. */
  readonly colours: boolean
  /** Whether the command serves on, so that without a terminal its log is for machines. */
  readonly serves: boolean
}

/** Whether the log is lines for people; JSON otherwise. */
export function isReadable({ format }: Config['log'], { terminal, serves }: LogSurroundings): boolean {
  return format === 'pretty' || (format === 'auto' && (terminal || !serves))
}

/** The process's logger. Secrets are hidden by their type, keys in URLs by `redact`. */
export function createLog(
  config: Config['log'],
  surroundings: LogSurroundings,
  queue: LogQueue,
  redact: Redact,
): Logger {
  const { terminal, colours } = surroundings
  const readable = isReadable(config, surroundings)
  const pretty = readable
    ? prettyFactory({ colorize: terminal && colours, singleLine: true, ignore: 'pid,hostname' })
    : (line: string) => line
  // A line of progress may stand where the entry goes.
  const clear = terminal && readable ? '\r\u001b[2K' : ''
  const stream = { write: (line: string) => queue.write(clear + redact(pretty(line))) }
  return pino(
    {
      level: config.level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorEntry },
    },
    stream,
  )
}

/** A fault as HTTP answers have it: left to the library, its bytes would be objects of numbers. */
function errorEntry(error: unknown): unknown {
  const entry = pino.stdSerializers.err(error as Error)
  return error instanceof CodedError ? { type: error.name, ...error.toJSON(), stack: entry.stack } : entry
}

/** Writes what people watch as entries of a log that machines read: each line one, at any level of the log. */
export function createEntryScreen(log: Logger): Screen {
  const entries = log.child({}, { level: 'info' })
  return {
    write(text) {
      for (const line of text.split('\n')) if (line.trim() !== '') entries.info(line)
    },
  }
}
