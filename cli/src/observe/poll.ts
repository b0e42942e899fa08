import type { Clock } from '@parley/protocol'
import { CliError } from '../faults.ts'

export interface PollDeps {
  readonly clock: Clock
  readonly fetch?: typeof globalThis.fetch
}

const timeoutMs = 5_000

/** Reads plain data from a server of this stack. @throws {CliError} `DEADLINE_PASSED` or what fetching throws. */
export async function readStatus(
  { fetch = globalThis.fetch }: Pick<PollDeps, 'fetch'>,
  url: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
  return (await response.json()) as Record<string, unknown>
}

/** Calls `look` every `everyMs` until it gives something. @throws {CliError} `DEADLINE_PASSED`; the signal's reason. */
export async function waitFor<T>(
  waitedFor: string,
  look: () => Promise<T | undefined> | T | undefined,
  { clock, everyMs, withinMs }: { readonly clock: Clock; readonly everyMs: number; readonly withinMs: number },
  signal: AbortSignal,
): Promise<T> {
  const until = clock.now() + withinMs
  for (;;) {
    signal.throwIfAborted()
    const found = await look()
    if (found !== undefined) return found
    if (clock.now() >= until) throw new CliError({ code: 'DEADLINE_PASSED', waitedFor, waitedMs: withinMs })
    await clock.sleep(everyMs, signal)
  }
}
