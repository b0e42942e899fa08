import { CodedError } from '@parley/protocol'
import { Pulse, systemClock } from '@parley/runtime'
import { systemReason } from '@parley/runtime/files'
import { CommanderError } from 'commander'
import type { Config } from './config/config.ts'
import { CliError } from './faults.ts'
import type { Context, InputStream } from './process/context.ts'
import { describeError } from './process/describe-error.ts'
import { type EndingSource, handoverSignal, untilAsked } from './process/ending.ts'
import { createEntryScreen, createLog, isReadable, type LogSurroundings } from './process/log.ts'
import { createLogQueue, type LogQueue } from './process/log-queue.ts'
import { createOutput, type OutputStream } from './process/output.ts'
import { createRedact, type Redact } from './process/redact.ts'
import type { Screen } from './process/screen.ts'
import { type Call, createProgram, type Program } from './program.ts'

/** `brokenPipe` as for a process that SIGPIPE ended. */
const exitCodes = { fault: 1, usage: 2, brokenPipe: 141 } as const

/** Milliseconds that whoever reads the log has for the last entries. */
const flushMs = 500

/** What a command line asks for; the exit code when there is nothing left to do. */
function parse<C extends Config>(
  described: Program<C>,
  args: readonly string[],
  out: Screen,
  err: Screen,
): Call<C> | number {
  let call: Call<C> | undefined
  const write = { out: (text: string) => out.write(text), err: (text: string) => err.write(text) }
  const program = createProgram(described, write, (called) => {
    call = called
  })
  try {
    program.parse([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    throw new CliError({ code: 'USAGE_INVALID', reason: usageReason(error) })
  }
  return call ?? exitCodes.usage
}

/** What is wrong with a command line. A value that was given is not repeated: it may be a secret in the wrong place. */
function usageReason({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'it names no command that there is; see above'
  return message
    .replace(/^error: /, '')
    .replace(/=[^']*'/, "=…'")
    .replaceAll('\n', ' ')
}

/** Milliseconds within which a command that npm started notices that npm was ended. */
const orphanedEveryMs = 250

/** What a command line runs in: the process, or what a test has in its place. */
export interface Host extends EndingSource {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where log entries go. */
  readonly entries: LogQueue
}

/** The process's own streams, variables and signals. */
function ownHost(): Host {
  const { stdout, stderr, env } = process
  return {
    stdout,
    stderr,
    env,
    entries: createLogQueue(2),
    // Opening it is left to whoever reads it.
    get stdin() {
      return process.stdin
    },
    get ppid() {
      return process.ppid
    },
    on: (signal, listener) => process.on(signal, listener),
    exit: (code) => process.exit(code),
  }
}

function inheritedEnv(env: Host['env']): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => !name.startsWith('PARLEY_'))
  return Object.fromEntries(entries) as Record<string, string>
}

/** Codes of values outside their bounds, whichever part of Parley finds them. */
const outOfBounds: ReadonlySet<string> = new Set(['ARGUMENT_INVALID', 'ARGUMENT_OUT_OF_RANGE', 'OPTION_INVALID'])

function isUsage(error: unknown): boolean {
  if (!(error instanceof CodedError)) return false
  const { code } = error.fault
  return code.startsWith('CONFIG_') || code === 'USAGE_INVALID' || outOfBounds.has(code)
}

/** Milliseconds that a command which was asked to end may take before the process ends without it. */
const graceMs = 25_000

/** What a command returns, unless it does not end although it was asked to. */
async function withinGrace(running: Promise<number>, signal: AbortSignal): Promise<number> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const start = (): void => {
      timer = setTimeout(() => reject(signal.reason), graceMs)
    }
    signal.addEventListener('abort', start, { once: true })
  })
  // Nobody may be listening when it comes.
  late.catch(() => undefined)
  try {
    return await Promise.race([running, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Runs one command line of a program. @returns the exit code; 2 for mistakes in usage or configuration, 1 for all other faults. */
export async function main<C extends Config>(
  program: Program<C>,
  args: readonly string[],
  host: Host = ownHost(),
): Promise<number> {
  const { env, entries: queue } = host
  const { npm_lifecycle_event } = env
  const { asked, exitCode } = untilAsked(
    { process: host, clock: systemClock },
    { underNpm: npm_lifecycle_event !== undefined, everyMs: orphanedEveryMs },
  )
  const handover = new Pulse()
  host.on(handoverSignal, () => handover.beat())
  let redact: Redact = (text) => text
  const redacted: Redact = (text) => redact(text)
  const err = createOutput(host.stderr, redacted, () => undefined)
  let serves = false
  const unwritable = (code: string) =>
    new CliError({ code: 'OUTPUT_UNWRITABLE', stream: 'standard output', reason: systemReason({ code }) })
  const out = createOutput(host.stdout, redacted, (reason) => {
    if (!serves) asked.abort(unwritable(reason))
  })
  const { signal } = asked

  const run = async (): Promise<number> => {
    const call = parse(program, args, out, err)
    if (typeof call === 'number') return call
    const { command, args: given, ...named } = call
    const { config, sources } = program.load({ ...named, env, fallbacks: command.fallbacks })
    redact = createRedact(config)
    serves = command.serves === true
    const { NO_COLOR = '' } = env
    const terminal = host.stderr.isTTY === true
    const surroundings: LogSurroundings = { terminal, colours: NO_COLOR === '', serves }
    const log = createLog(config.log, surroundings, queue, redact)
    const context: Context<C> = {
      config,
      settings: program.settings,
      sources,
      clock: systemClock,
      log,
      input: () => host.stdin,
      out,
      err: isReadable(config.log, surroundings) ? err : createEntryScreen(log),
      signal,
      inheritedEnv: inheritedEnv(env),
      handover,
    }
    return withinGrace(command.run(context, given), signal)
  }

  /** The exit code of a failure, which is told. What failed because the process was asked to end is no fault. */
  const report = (error: unknown): number => {
    const signalled = exitCode()
    if (signalled === undefined && out.failure === 'EPIPE' && !serves) return exitCodes.brokenPipe
    const fault = signal.aborted ? signal.reason : error
    err.write(`parley: ${signalled === undefined ? describeError(fault) : fault.message}\n`)
    return signalled ?? (isUsage(fault) ? exitCodes.usage : exitCodes.fault)
  }

  try {
    const code = await run()
    await out.flush()
    return out.failure === undefined || serves || code !== 0 ? code : report(unwritable(out.failure))
  } catch (error) {
    await queue.flush(flushMs)
    return report(error)
  } finally {
    await queue.flush(flushMs)
    await err.flush()
  }
}
