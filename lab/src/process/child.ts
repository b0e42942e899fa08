import { createWriteStream } from 'node:fs'
import { binary } from '@parley/cli'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { LabError } from '../faults.ts'
import { entryOf, gistOf, lastWords } from './last-words.ts'
import { onceEach } from './once-each.ts'
import { type ProcessExit, supervise } from './supervise.ts'

export interface ChildDeps {
  readonly clock: Clock
  readonly log: Logger
}

export interface ChildOptions {
  /** Words of the child's command, which are also its name. */
  readonly role: string
  /** All variables of the child: its whole configuration, secrets included, for command lines are public. */
  readonly env: Readonly<Record<string, string>>
  /** File that its standard error is appended to. */
  readonly logFile: string
  readonly readyWithinMs: number
  /** Told what the child prints as `{"result":…}`. */
  readonly onResult?: (result: unknown) => void
}

/** A part of the stack in a process of its own. It ends when this process does, whatever ends it. */
export interface Child {
  readonly role: string
  readonly pid: number
  /** What it told when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>
  readonly exited: Promise<ProcessExit>
  lastLines(): readonly string[]
  stop(): Promise<void>
}

const stopGraceSeconds = 15

/** Entries of at least this severity are also this process's business. */
const loud = /"level":"(warn|error|fatal)"/

/**
 * Starts a child and waits until it is ready.
 * @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`; the signal's reason.
 */
export async function startChild(deps: ChildDeps, options: ChildOptions, signal: AbortSignal): Promise<Child> {
  const { role } = options
  const ready = Promise.withResolvers<Child['ready']>()
  const logFile = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 })
  logFile.on('error', (error) => deps.log.error({ err: error, role }, 'log file of a child cannot be written'))
  const repeat = onceEach((says) => deps.log.warn(`${role} warns: ${says}`))
  const child = await supervise({
    command: process.execPath,
    args: [binary, ...role.split(' ')],
    env: { ...options.env, PARLEY_LOG_FORMAT: 'json' },
    stopGraceSeconds,
    onLine: (line, stream) => {
      if (stream === 'stdout') {
        const told = tablesOf(line)
        if (told?.ready !== undefined) ready.resolve(told.ready)
        if (told?.result !== undefined) options.onResult?.(told.result)
        return
      }
      logFile.write(`${line}\n`)
      if (loud.test(line)) repeat(gistOf(line))
    },
  })
  void child.exited.then(() => logFile.end())
  const ended = child.exited.then(({ code }): never => {
    throw new LabError({ code: 'CHILD_ENDED', role, reason: lastWords(child.lastLines()), exitCode: code })
  })
  const over = new AbortController()
  const late = deps.clock.sleep(options.readyWithinMs, AbortSignal.any([signal, over.signal])).then((): never => {
    const waitedMs = options.readyWithinMs
    throw new LabError({ code: 'CHILD_NOT_READY', role, reason: lastWords(child.lastLines()), waitedMs })
  })
  // Whichever loses the race rejects when nobody listens any more.
  ended.catch(() => undefined)
  late.catch(() => undefined)
  try {
    const told = await Promise.race([ready.promise, ended, late])
    deps.log.info({ role, pid: child.pid, ...told }, 'child ready')
    return { role, pid: child.pid, ready: told, exited: child.exited, lastLines: child.lastLines, stop: child.stop }
  } catch (error) {
    await child.stop()
    throw error
  } finally {
    over.abort()
  }
}

/** What a child tells its parent: one JSON object a line; undefined for any other line. */
function tablesOf(line: string): { readonly ready?: Child['ready']; readonly result?: unknown } | undefined {
  const parsed = entryOf(line)
  return typeof parsed === 'object' && parsed !== null ? parsed : undefined
}
