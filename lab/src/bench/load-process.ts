import type { Context } from '../context.ts'
import { LabError } from '../faults.ts'
import { type Child, startChild } from '../process/child.ts'
import { lastWords } from '../process/last-words.ts'
import { readyWithinMs } from '../process/ready-within.ts'
import { type ChildConfig, environmentOf } from '../stack/environment.ts'

export interface LoadProcessOptions {
  /** Words of the command that sends. */
  readonly role: string
  readonly config: ChildConfig
  readonly logFile: string
}

/** A sender in a process of its own, which is ready. */
export interface LoadProcess<T> {
  readonly child: Child
  /** What it told at its end. Rejects with `CHILD_ENDED`. */
  readonly result: Promise<T>
}

/** Starts a sender in a process of its own. @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`. */
export async function startLoadProcess<T>(
  context: Pick<Context, 'clock' | 'log' | 'inheritedEnv'>,
  { role, config, logFile }: LoadProcessOptions,
  signal: AbortSignal,
): Promise<LoadProcess<T>> {
  const told = Promise.withResolvers<T>()
  const env = environmentOf(context.inheritedEnv, config)
  const onResult = (result: unknown): void => told.resolve(result as T)
  const child = await startChild(context, { role, env, logFile, readyWithinMs, onResult }, signal)
  const ended = child.exited.then(({ code }): Promise<T> => {
    // What it told is still on its way.
    if (code === 0) return told.promise
    throw new LabError({ code: 'CHILD_ENDED', role, reason: lastWords(child.lastLines()), exitCode: code })
  })
  const result = Promise.race([told.promise, ended])
  // Whoever awaits it may still be busy with something else.
  result.catch(() => undefined)
  return { child, result }
}

/** Runs a sender in a process of its own. @returns what it told at its end. @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`. */
export async function runLoadProcess<T>(
  context: Pick<Context, 'clock' | 'log' | 'inheritedEnv'>,
  options: LoadProcessOptions,
  signal: AbortSignal,
): Promise<T> {
  const { child, result } = await startLoadProcess<T>(context, options, signal)
  try {
    return await result
  } finally {
    await child.stop()
  }
}
