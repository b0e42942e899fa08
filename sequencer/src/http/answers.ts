import { CodedError, TransitionError } from '@parley/protocol'
import type { FastifyError, FastifyReply } from 'fastify'
import { SequencerError } from '../faults.ts'

const statusOfCode: Readonly<Record<string, number>> = {
  REQUEST_MALFORMED: 400,
  REQUEST_TIMEOUT: 408,
  ROUTE_UNKNOWN: 404,
  CONTENT_TYPE: 415,
  BODY_SIZE: 413,
  BODY_MALFORMED: 400,
  FIELD_INVALID: 400,
  ENTRY_INVALID: 400,
  FIELD_UNKNOWN: 400,
  BLOCK_UNKNOWN: 404,
  CONVERSATION_UNKNOWN: 404,
  ACCOUNT_UNKNOWN: 404,
  OVERLOADED: 429,
  QUOTA_EXCEEDED: 429,
  CONNECTIONS_EXCEEDED: 429,
  NOT_READY: 503,
  STOPPING: 503,
  INTERNAL: 500,
}

/** HTTP status of a fault. */
export function statusOf(error: CodedError): number {
  const { fault } = error as SequencerError
  if (fault.code === 'BODY_SIZE' && fault.bytes <= fault.maximum) return 400
  const status = statusOfCode[fault.code]
  if (status !== undefined) return status
  // Refusals of the state: the request was understood and cannot be.
  return error instanceof TransitionError ? 422 : 500
}

function bodyTooLong(error: FastifyError, maximum: number): SequencerError {
  return new SequencerError(
    { code: 'BODY_SIZE', bytes: maximum + 1, minimum: 0, maximum, multipleOf: 1 },
    { cause: error },
  )
}

/** What a request met, as a coded fault. Defects keep their cause, which only the log sees. */
export function codedOf(
  error: unknown,
  request: { readonly contentType: string; readonly bodyLimit: number },
): CodedError {
  if (error instanceof CodedError) {
    const known = statusOfCode[error.fault.code] !== undefined || error instanceof TransitionError
    return known ? error : new SequencerError({ code: 'INTERNAL' }, { cause: error })
  }
  const { code, statusCode, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLong(error as FastifyError, request.bodyLimit)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new SequencerError({
      code: 'CONTENT_TYPE',
      received: request.contentType.slice(0, 100),
      expected: ['application/octet-stream', 'application/json'],
    })
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new SequencerError({ code: 'REQUEST_MALFORMED', reason: (message ?? '').slice(0, 200) }, { cause: error })
  return new SequencerError({ code: 'INTERNAL' }, { cause: error })
}

/** Answers with a fault: its status, `Retry-After` where waiting helps, and its JSON. */
export function answerFault(reply: FastifyReply, error: CodedError): FastifyReply {
  const { retryAfterMs } = error.fault as { retryAfterMs?: number }
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))))
  return reply.code(statusOf(error)).type('application/json; charset=utf-8').send(JSON.stringify(error.toJSON()))
}
