import { CodedError } from '@parley/protocol'
import { RequestError, statusOfCode } from '../faults.ts'

/** A fault with the status that it is answered with. */
export interface Answerable {
  readonly error: CodedError
  readonly status: number
}

/**
 * What a request met, as it is answered. Defects keep their cause, which only the log sees.
 * @param statusOf - Status of a fault of the server's own; undefined when it is not meant for clients.
 */
export function answerableOf(error: unknown, statusOf: (error: CodedError) => number | undefined): Answerable {
  const coded = error instanceof CodedError ? error : new RequestError({ code: 'INTERNAL' }, { cause: error })
  const status = statusOf(coded) ?? bodyStatus(coded) ?? statusOfCode(coded.fault.code)
  if (status !== undefined) return { error: coded, status }
  return { error: new RequestError({ code: 'INTERNAL' }, { cause: error }), status: 500 }
}

/** A body that is too short or no multiple is no body that is too long. */
function bodyStatus({ fault }: CodedError): number | undefined {
  const { code, bytes, maximum } = fault as { code: string; bytes?: number; maximum?: number }
  return code === 'BODY_SIZE' && (bytes ?? 0) <= (maximum ?? 0) ? 400 : undefined
}
