import type { Context } from '../context.ts'
import { LabError } from '../faults.ts'
import { startChild } from '../process/child.ts'
import { lastWords } from '../process/last-words.ts'
import { type ChildConfig, environmentOf } from '../stack/environment.ts'

export interface LoadProcessOptions {
  /** Words of the command that sends. */
  readonly role: string
  readonly config: ChildConfig
  readonly logFile: string
}

const readyWithinMs = 120_000

/** Runs a sender in a process of its own. @returns what it told at its end. @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`. */
export async function runLoadProcess<T>(
  context: Pick<Context, 'clock' | 'log' | 'inheritedEnv'>,
  { role, config, logFile }: LoadProcessOptions,
  signal: AbortSignal,
): Promise<T> {
  const told = Promise.withResolvers<T>()
  const env = environmentOf(context.inheritedEnv, config)
  const onResult = (result: unknown): void => told.resolve(result as T)
  const child = await startChild(context, { role, env, logFile, readyWithinMs, onResult }, signal)
  const ended = child.exited.then(({ code }): Promise<T> => {
    // What it told is still on its way.
    if (code === 0) return told.promise
    throw new LabError({ code: 'CHILD_ENDED', role, reason: lastWords(child.lastLines()), exitCode: code })
  })
  try {
    return await Promise.race([told.promise, ended])
  } finally {
    await child.stop()
  }
}
