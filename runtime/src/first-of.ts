import { raceAbort } from './race-abort.ts'

/** Waits for the first of `promises`, or rejects with the signal's reason when it aborts first. */
export async function firstOf(promises: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
  await raceAbort(Promise.race(promises), signal)
}
