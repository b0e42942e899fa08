import { CodedError, type FaultTable } from '@parley/protocol/light'

/** What any server may answer a request with. */
export type RequestFault =
  | { code: 'REQUEST_MALFORMED'; reason: string }
  | { code: 'REQUEST_TIMEOUT' }
  | { code: 'ROUTE_UNKNOWN'; method: string; path: string }
  | { code: 'METHOD_UNKNOWN'; method: string; path: string; allowed: readonly string[] }
  | { code: 'CONTENT_ENCODING'; received: string; expected: readonly string[] }
  | { code: 'CONTENT_TYPE'; received: string; expected: readonly string[] }
  | { code: 'BODY_SIZE'; bytes: number; minimum: number; maximum: number; multipleOf: number }
  | { code: 'BODY_MALFORMED'; reason: string }
  | { code: 'FIELD_INVALID'; field: string; expected: string }
  | { code: 'FIELD_UNKNOWN'; field: string }
  | { code: 'UNAUTHORIZED' }
  | { code: 'FORBIDDEN'; reason: string }
  | { code: 'OVERLOADED'; what: string; retryAfterMs: number }
  | { code: 'QUOTA_EXCEEDED'; retryAfterMs: number }
  | { code: 'CONNECTIONS_EXCEEDED'; maximum: number; retryAfterMs: number }
  | { code: 'SUBSCRIPTIONS_EXCEEDED'; maximum: number }
  | { code: 'FEED_UNKNOWN' }
  | { code: 'NOT_READY'; because: string; retryAfterMs: number }
  | { code: 'STOPPING'; retryAfterMs: number }
  | { code: 'INTERNAL' }

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const
const later = (text: string) => ({ blame: 'operator', retry: 'later', text }) as const

export const requestFaults: FaultTable<RequestFault> = {
  REQUEST_MALFORMED: sender('the request is not HTTP as it should be'),
  REQUEST_TIMEOUT: { blame: 'sender', retry: 'later', text: 'the request took too long to arrive' },
  ROUTE_UNKNOWN: sender('there is no such route'),
  METHOD_UNKNOWN: sender('the route is not asked by this method'),
  CONTENT_ENCODING: sender('the route does not take this content encoding'),
  CONTENT_TYPE: sender('the route does not take this content type'),
  BODY_SIZE: sender('the body is not as long as it must be'),
  BODY_MALFORMED: sender('the body does not decode'),
  FIELD_INVALID: sender('a field is not what it must be'),
  FIELD_UNKNOWN: sender('a field is not known'),
  UNAUTHORIZED: sender('the bearer token is missing or wrong'),
  FORBIDDEN: { blame: 'operator', retry: 'changed', text: 'the server does not do this' },
  OVERLOADED: later('there is no room now; nothing of the request was taken'),
  QUOTA_EXCEEDED: {
    blame: 'sender',
    retry: 'later',
    text: 'the quota of the address is used up; nothing of the request was taken',
  },
  CONNECTIONS_EXCEEDED: later('too many connections are open'),
  SUBSCRIPTIONS_EXCEEDED: sender('too many conversations are followed; nothing of the mutation was taken'),
  FEED_UNKNOWN: sender('there is no such feed, or it has ended: begin another one'),
  NOT_READY: later('the process cannot do its job now'),
  STOPPING: later('the process is stopping; what became of the request is not known'),
  INTERNAL: { blame: 'defect', retry: 'later', text: 'the request met a defect of the server' },
}

const statuses: Readonly<Record<RequestFault['code'], number>> = {
  REQUEST_MALFORMED: 400,
  REQUEST_TIMEOUT: 408,
  ROUTE_UNKNOWN: 404,
  METHOD_UNKNOWN: 405,
  CONTENT_ENCODING: 415,
  CONTENT_TYPE: 415,
  BODY_SIZE: 413,
  BODY_MALFORMED: 400,
  FIELD_INVALID: 400,
  FIELD_UNKNOWN: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  OVERLOADED: 429,
  QUOTA_EXCEEDED: 429,
  CONNECTIONS_EXCEEDED: 429,
  SUBSCRIPTIONS_EXCEEDED: 429,
  FEED_UNKNOWN: 404,
  NOT_READY: 503,
  STOPPING: 503,
  INTERNAL: 500,
}

/** Faults of what routes are about. */
const ownStatuses: Readonly<Record<string, number>> = {
  ACCOUNT_UNKNOWN: 404,
  ACK_INVALID: 400,
  ACK_UNKNOWN: 403,
  ALLOWANCE_EMPTY: 429,
  ALLOWANCE_TOO_HIGH: 400,
  ARCHIVE_FULL: 507,
  AUTHORITY_INVALID: 401,
  AUTHORITY_UNKNOWN: 401,
  AUTHORIZATION_EXPIRED: 400,
  AUTHORIZATION_INVALID: 401,
  AUTHORIZATION_OLD: 401,
  AUTHORIZATION_REPEATED: 401,
  BLOCK_UNKNOWN: 404,
  CALL_REFUSED: 422,
  CHECKPOINT_NONE: 404,
  CLAIMER_QUOTA: 429,
  CLAIM_UNKNOWN: 404,
  COMMITTEE_WITHOUT: 409,
  CONTENT_INVALID: 400,
  CONTENT_LOST: 500,
  CONTENT_OTHER: 400,
  CONTENT_UNKNOWN: 404,
  CONVERSATION_UNKNOWN: 404,
  DA_ABSENT: 404,
  DA_EMPTY: 400,
  DA_MISSING: 404,
  DA_NOT_YET: 404,
  DA_PRUNED: 410,
  DA_UNAVAILABLE: 503,
  DISK_FULL: 507,
  ENTRY_INVALID: 400,
  EPOCH_OTHER: 409,
  FEE_TOO_HIGH: 400,
  GATEWAY_BUSY: 503,
  HEADERS_FULL: 503,
  HEADER_UNSIGNED: 400,
  HISTORY_UNKNOWN: 404,
  INSTALLATION_UNKNOWN: 403,
  L2_AWAY: 503,
  NOT_SERVED: 501,
  OPERATION_REFUSED: 422,
  PART_EXPIRED: 410,
  PART_LENGTH_OTHER: 409,
  PART_LOST: 500,
  PART_MALFORMED: 400,
  PART_NOT_STORED: 409,
  PART_OTHER: 400,
  PART_UNKNOWN: 404,
  PDS_BEHIND: 503,
  PROOF_INVALID: 403,
  PROOF_UNKNOWN: 400,
  RANGE_UNSATISFIABLE: 416,
  READ_SIZE: 413,
  RECORD_UNKNOWN: 404,
  REGISTRATIONS_FULL: 507,
  RELAYER_OTHER: 400,
  REMOVAL_UNKNOWN: 404,
  RESERVATION_UNKNOWN: 409,
  SCOPE_INVALID: 400,
  SCOPE_OLD: 409,
  SCOPE_UNSUPPORTED: 501,
  SEGMENT_OTHER: 400,
  SEGMENT_UNKNOWN: 404,
  SHARD_UNSERVED: 501,
  SNAPSHOT_PART_UNKNOWN: 404,
  SNAPSHOT_UNKNOWN: 404,
  STORE_FULL: 507,
  TARGET_INVALID: 400,
  TARGET_UNCONFIRMED: 422,
  TARGET_UNSUPPORTED: 501,
  TOKENS_OTHER: 402,
  TOKEN_INVALID: 401,
  TOKEN_REQUEST_INVALID: 400,
  TOKEN_SPENT: 401,
  USERS_FULL: 507,
  USER_UNKNOWN: 403,
}

/** HTTP status of a fault that clients are answered with; undefined for other faults. */
export function statusOfCode(code: string): number | undefined {
  return (statuses as Readonly<Record<string, number>>)[code] ?? ownStatuses[code]
}

/** Characters of what a sender wrote that a fault repeats at most. */
const maxText = 200

/** A fault of the request itself. What it repeats of the request is cut, so that no answer grows with its request. */
export class RequestError extends CodedError<RequestFault> {
  constructor(fault: RequestFault, options?: ErrorOptions) {
    super(cut(fault), requestFaults, options)
  }
}

function cut(fault: RequestFault): RequestFault {
  const short = Object.entries(fault).map(([name, value]) => [
    name,
    typeof value === 'string' && value.length > maxText ? `${value.slice(0, maxText)}…` : value,
  ])
  return Object.fromEntries(short)
}
