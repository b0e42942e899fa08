import type { Clock } from '@parley/runtime'

/** What shells add to 128 for the exit code of a process that a signal ended. */
const numbers = { SIGINT: 2, SIGTERM: 15 } as const
type EndingSignal = keyof typeof numbers
/** Asks a process to let another one lead, and to go on. */
export const handoverSignal = 'SIGUSR2'

/** The part of Node's process that is told to end. */
export interface EndingSource {
  readonly ppid: number
  on(signal: EndingSignal | typeof handoverSignal, listener: () => void): unknown
  exit(code: number): void
}

export interface EndingOptions {
  /**
   * Whether npm started the process. npm hands SIGTERM to a shell between, which dies of it and tells nobody: the end of
   * that shell then counts as SIGTERM.
   */
  readonly underNpm: boolean
  /** Milliseconds between looks at who the parent is. */
  readonly everyMs: number
}

/** How a process is asked to end. */
export interface Ending {
  /** Aborts on the first SIGINT or SIGTERM; a second one ends the process at once. */
  readonly asked: AbortController
  /** What the process then exits with; undefined until it is asked. */
  readonly exitCode: () => number | undefined
}

export function untilAsked(
  { process, clock }: { readonly process: EndingSource; readonly clock: Clock },
  { underNpm, everyMs }: EndingOptions,
): Ending {
  const asked = new AbortController()
  let exitCode: number | undefined
  const ask = (signal: EndingSignal, why: string): void => {
    exitCode = 128 + numbers[signal]
    asked.abort(new Error(why))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (exitCode !== undefined) process.exit(exitCode)
      ask(signal, `${signal} was received`)
    })
  if (underNpm)
    void untilOrphaned(process, clock, everyMs, asked.signal).then(() => {
      if (!asked.signal.aborted) ask('SIGTERM', 'the process that started this one has ended')
    })
  return { asked, exitCode: () => exitCode }
}

async function untilOrphaned(process: EndingSource, clock: Clock, everyMs: number, signal: AbortSignal): Promise<void> {
  const parent = process.ppid
  while (!signal.aborted && process.ppid === parent)
    // An abort ends the wait; the loop's condition sees it.
    await clock.sleep(everyMs, signal).catch(() => undefined)
}
