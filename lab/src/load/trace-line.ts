import { LabError } from '../faults.ts'

/** One message of a trace. */
export interface TraceLine {
  /** Names the conversation within the trace; a whole number from 0. */
  readonly conversation: number
  /** Names the speaker within the conversation; 0 to 4,095. */
  readonly speaker: number
  /** Minutes since the trace began; 0 or more. */
  readonly minute: number
  /** At most 64 KiB. */
  readonly text: string
}

/** Bytes of one line at most. */
export const maxLineBytes = 256 * 1024
const maxTextBytes = 64 * 1024
const maxSpeaker = 4095

const fields: ReadonlySet<string> = new Set<keyof TraceLine>(['conversation', 'speaker', 'minute', 'text'])

/**
 * Reads one line of a trace.
 * @param number - The line's number from 1, for faults.
 * @throws {LabError} `TRACE_LINE_INVALID` naming line and field.
 */
export function parseTraceLine(line: string, number: number): TraceLine {
  const refuse = (field: string, reason: string, cause?: unknown): LabError =>
    new LabError({ code: 'TRACE_LINE_INVALID', line: number, field, reason }, { cause })
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (cause) {
    throw refuse('line', 'is not JSON', cause)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw refuse('line', 'is not an object')
  for (const name of Object.keys(parsed)) if (!fields.has(name)) throw refuse(name, 'is no field of a trace')
  const { conversation, speaker, minute, text } = parsed as Readonly<Record<string, unknown>>
  if (!isWhole(conversation, Number.MAX_SAFE_INTEGER)) throw refuse('conversation', 'must be a whole number from 0')
  if (!isWhole(speaker, maxSpeaker)) throw refuse('speaker', `must be a whole number from 0 to ${maxSpeaker}`)
  if (typeof minute !== 'number' || !Number.isFinite(minute) || minute < 0) throw refuse('minute', 'must be 0 or more')
  if (typeof text !== 'string') throw refuse('text', 'must be text')
  if (Buffer.byteLength(text) > maxTextBytes) throw refuse('text', `must be at most ${maxTextBytes} bytes`)
  return { conversation, speaker, minute, text }
}

function isWhole(value: unknown, maximum: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= maximum
}
