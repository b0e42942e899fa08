import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { LabError } from '../faults.ts'

/** How a supervised process ended. */
export interface ProcessExit {
  /** Exit code; 128 and the signal's number when a signal ended it, as shells count. */
  readonly code: number
  /** Whether `stop` had been called. */
  readonly stopped: boolean
}

export interface SupervisedProcess {
  /** Process id of the command itself. */
  readonly pid: number
  /** Settles when the command has ended; never rejects. */
  readonly exited: Promise<ProcessExit>
  /** Last lines of standard output and error, oldest first. */
  lastLines(): readonly string[]
  /** Ends the command: SIGTERM, SIGKILL after the grace. Every call resolves once it has ended. */
  stop(): Promise<void>
}

export interface SuperviseOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Variables of the command; those of this process when left out. */
  readonly env?: Readonly<Record<string, string>>
  /** Seconds between SIGTERM and SIGKILL, a whole number, 1 to 60. */
  readonly stopGraceSeconds: number
  /** Called for each line of standard output and error. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

const keptLines = 50

// The shell keeps the command from outliving whoever started it: descriptor 3 is a pipe that only the starter holds, the
// kernel closes it however the starter ends, and the watcher reading from it then ends the command. Descriptor 4 tells the pid.
const supervisor = `
grace=$1; shift
sh -c 'echo $$ >&4; exec 3<&- 4>&-; exec "$@"' sh "$@" &
child=$!
(
  read -r _ <&3
  kill -TERM $child
  waited=0
  while kill -0 $child && [ $waited -lt $((grace * 20)) ]; do sleep 0.05; waited=$((waited + 1)); done
  kill -0 $child && kill -KILL $child
) 4>&- >/dev/null 2>&1 &
watcher=$!
exec 3<&- 4>&-
wait $child
code=$?
kill $watcher 2>/dev/null
exit $code
`

/**
 * Starts a command that ends when this process does, whatever ends it, SIGKILL included.
 * It is in a session of its own, so Ctrl-C in a terminal reaches only the starter, which can then stop things in order.
 * @throws {LabError} `OPTION_INVALID`, `PROCESS_EXITED` when it cannot be started.
 */
export async function supervise(options: SuperviseOptions): Promise<SupervisedProcess> {
  const grace = options.stopGraceSeconds
  if (!Number.isInteger(grace) || grace < 1 || grace > 60)
    throw new LabError({ code: 'OPTION_INVALID', field: 'stopGraceSeconds', reason: `${grace} is not 1 to 60` })
  const shell = spawn('/bin/sh', ['-c', supervisor, 'sh', String(grace), options.command, ...options.args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  })
  const lines = keepLines(shell, options)
  const lifeline = shell.stdio[3] as Writable
  let stopped = false
  const ended = new Promise<number>((resolve) => {
    shell.once('error', () => resolve(127))
    shell.once('close', (code, signal) => resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15)))
  })
  // Closing the pipe of a supervisor that has gone must not end this process; `exited` tells of it.
  lifeline.on('error', () => undefined)
  const exited = ended.then((code): ProcessExit => ({ code, stopped }))
  const pid = await readPid(shell.stdio[4] as Readable)
  let last: NodeJS.Timeout | undefined
  /** The watcher may be gone, too: then nobody else would end what ignores SIGTERM. */
  const killAfterGrace = (): void => {
    last ??= setTimeout(() => signalTo(pid, 'SIGKILL'), (grace + 1) * 1_000)
  }
  // At the supervisor's end, not at that of its pipes: whatever ended it, the watcher must still end the command.
  shell.once('exit', () => {
    lifeline.destroy()
    killAfterGrace()
  })
  void exited.then(() => clearTimeout(last))
  const stop = async (): Promise<void> => {
    if (!stopped) signalTo(pid, 'SIGTERM')
    stopped = true
    killAfterGrace()
    await exited
    lifeline.destroy()
  }
  if (pid === undefined) {
    await stop()
    const reason = 'could not be started'
    throw new LabError({ code: 'PROCESS_EXITED', command: options.command, reason, lastLines: lines })
  }
  return { pid, exited, lastLines: () => [...lines], stop }
}

function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function keepLines(shell: ChildProcess, options: SuperviseOptions): string[] {
  const lines: string[] = []
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: shell[stream] as Readable }).on('line', (line) => {
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
      options.onLine?.(line, stream)
    })
  }
  return lines
}

async function readPid(source: Readable): Promise<number | undefined> {
  let text = ''
  try {
    for await (const chunk of source) text += String(chunk)
  } catch {
    // The shell could not be started and its pipes were torn down: there is no pid.
    return undefined
  }
  const pid = Number.parseInt(text, 10)
  return Number.isNaN(pid) ? undefined : pid
}
