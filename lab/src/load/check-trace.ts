import { LabError } from '../faults.ts'
import { readTrace } from './trace-file.ts'

/**
 * Reads a trace as far as it will be played, before anything is started for it.
 * @throws {LabError} `TRACE_UNREADABLE`, also when it has no line; `TRACE_LINE_INVALID`; the signal's reason.
 */
export async function checkTrace(path: string, messages: number | undefined, signal: AbortSignal): Promise<void> {
  let lines = 0
  for await (const _ of readTrace(path)) {
    signal.throwIfAborted()
    lines += 1
    if (lines === messages) return
  }
  if (lines === 0) throw new LabError({ code: 'TRACE_UNREADABLE', path, reason: 'it has no line' })
}
