import { binary, CliError } from '@parley/cli'
import type { Context } from '../context.ts'
import { LabError } from '../faults.ts'
import { lastWords } from '../process/last-words.ts'
import { supervise } from '../process/supervise.ts'
import { type ChildConfig, environmentOf } from '../stack/environment.ts'

const stopGraceSeconds = 30
/** What hangs must not hold up the others for ever. */
const withinMs = { full: 3_600_000, quick: 600_000 }

type RunContext = Pick<Context, 'config' | 'inheritedEnv' | 'err' | 'signal'>

/**
 * Runs another benchmark in a process of its own, with this one's seed, repeats and verifier.
 * @param command - Its words, `bench pipeline` for one.
 * @returns what it printed.
 * @throws {LabError} `CHILD_ENDED` when it fails or prints no report, `DEADLINE_PASSED` after an hour, ten minutes if quick.
 */
export async function runBenchmark(
  { config, inheritedEnv, err, signal }: RunContext,
  command: string,
  more: ChildConfig = {},
): Promise<Record<string, unknown>> {
  const { bench, run, load } = config
  const env = environmentOf(inheritedEnv, {
    'run.json': true,
    'run.verifier': run.verifier,
    'load.seed': load.seed,
    'bench.quick': bench.quick,
    'bench.repeats': bench.repeats,
    'log.level': 'warn',
    'log.format': 'pretty',
    ...more,
  })
  let printed = ''
  const child = await supervise({
    command: process.execPath,
    args: [binary, ...command.split(' ')],
    env,
    stopGraceSeconds,
    onLine(line, stream) {
      if (stream === 'stdout') printed = line
      else err.write(`  ${line}\n`)
    },
  })
  const waitedMs = bench.quick ? withinMs.quick : withinMs.full
  const late = AbortSignal.timeout(waitedMs)
  const ending = AbortSignal.any([signal, late])
  const stop = (): void => void child.stop()
  ending.addEventListener('abort', stop, { once: true })
  // Or it was asked to while the command was being started.
  if (ending.aborted) stop()
  try {
    const { code } = await child.exited
    signal.throwIfAborted()
    if (late.aborted) throw new CliError({ code: 'DEADLINE_PASSED', waitedFor: command, waitedMs })
    const report = code === 0 ? parsed(printed) : undefined
    if (report !== undefined) return report
    throw new LabError({ code: 'CHILD_ENDED', role: command, reason: lastWords(child.lastLines()), exitCode: code })
  } finally {
    ending.removeEventListener('abort', stop)
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch (error) {
    // No report, which the caller tells of.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
