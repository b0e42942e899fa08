import { CodedError } from '@parley/protocol'

/** What ends a life and begins another: claims were removed, or another sequencer leads. */
const livesOn: ReadonlySet<string> = new Set(['LINEAGE_CHANGED', 'JOURNAL_DISPLACED'])

/** Whether a sequencer that ended by this starts again by itself: nothing is wrong with it. */
export function goesOn(error: unknown): boolean {
  return error instanceof CodedError && livesOn.has(error.fault.code)
}
