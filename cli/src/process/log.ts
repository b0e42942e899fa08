import { destination, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from '../config/config.ts'

/** The process's logger, on standard error. Secrets are hidden by their type. */
export function createLog({ level, format }: Config['log'], terminal: boolean): Logger {
  const readable = format === 'pretty' || (format === 'auto' && terminal)
  // Synchronous: what a dying process said last is what one wants to read.
  const stream = readable
    ? pretty({ destination: 2, sync: true, colorize: terminal, singleLine: true, ignore: 'pid,hostname' })
    : destination({ dest: 2, sync: true })
  return pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, stream)
}
