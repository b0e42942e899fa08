import { CodedError } from '@parley/protocol'
import type { FastifyError } from 'fastify'
import { NodeError } from '../faults.ts'

const statuses: Readonly<Record<string, number>> = {
  REQUEST_MALFORMED: 400,
  FIELD_INVALID: 400,
  ROUTE_UNKNOWN: 404,
  CONVERSATION_UNKNOWN: 404,
  ACCOUNT_UNKNOWN: 404,
  BLOCK_UNKNOWN: 404,
  CLAIM_UNKNOWN: 404,
  SNAPSHOT_UNKNOWN: 404,
  OVERLOADED: 429,
  NOT_READY: 503,
}

/** HTTP status of a fault; what is not meant for the client is a 500. */
export function statusOfCode(code: string): number {
  return statuses[code] ?? 500
}

/** What a request met, as a fault that may be shown. Defects keep their cause, which only the log sees. */
export function answerableFault(error: unknown): NodeError {
  if (error instanceof NodeError && statuses[error.fault.code] !== undefined) return error
  if (!(error instanceof CodedError)) {
    const { statusCode, message } = error as Partial<FastifyError>
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
      return new NodeError({ code: 'REQUEST_MALFORMED', reason: (message ?? '').slice(0, 200) }, { cause: error })
  }
  return new NodeError({ code: 'INTERNAL' }, { cause: error })
}
