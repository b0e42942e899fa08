import { CodedError, type FaultTable } from '@parley/protocol/light'

/** Why a post-delivery service does not do what it was asked, and what its user finds wrong with it. */
export type PdsFault =
  /** Answers to requests. */
  | { code: 'AUTHORIZATION_INVALID'; reason: string }
  | { code: 'AUTHORIZATION_OLD'; at: bigint; now: bigint; maximumMs: number }
  | { code: 'AUTHORIZATION_REPEATED'; nonce: Uint8Array }
  | { code: 'INSTALLATION_UNKNOWN'; identity: Uint8Array; key: Uint8Array }
  | { code: 'USER_UNKNOWN'; identity: Uint8Array }
  | { code: 'USERS_FULL'; maximum: number }
  | { code: 'SCOPE_INVALID'; field: string; expected: string }
  | { code: 'SCOPE_UNSUPPORTED'; scope: string }
  | { code: 'SCOPE_OLD'; number: bigint; latest: bigint }
  | { code: 'RECORD_UNKNOWN'; shard: number; index: number }
  | { code: 'PDS_BEHIND'; what: string; reason: string; retryAfterMs: number }
  | { code: 'CHECKPOINT_NONE'; identity: Uint8Array }
  | { code: 'SEGMENT_OTHER'; expected: Uint8Array; received: Uint8Array }
  | { code: 'SEGMENT_UNKNOWN'; digest: Uint8Array }
  | { code: 'ARCHIVE_FULL'; bytes: number; free: number }
  /** Of a service, as its user sees it. */
  | { code: 'PDS_UNAVAILABLE'; pds: string; reason: string }
  | { code: 'PDS_REFUSED'; pds: string; status: number; refusal: string; reason: string }
  | { code: 'PDS_ANSWER_INVALID'; pds: string; field: string; reason: string }
  | { code: 'PDS_WITHHELD'; pds: string; what: string; evidence: object }
  | { code: 'STATEMENT_INVALID'; field: string; expected: string }
  /** What an operator configured, or what is stored. */
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }
  | { code: 'RECORD_INVALID'; record: string; reason: string }

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const
const operator = (text: string) => ({ blame: 'operator', retry: 'changed', text }) as const
const layer = (text: string) => ({ blame: 'layer', retry: 'later', text }) as const

export const pdsFaults: FaultTable<PdsFault> = {
  AUTHORIZATION_INVALID: sender('the request is not signed as it must be'),
  AUTHORIZATION_OLD: sender('the request was not signed just now, by the clock of the service'),
  AUTHORIZATION_REPEATED: sender('a request with this nonce was answered before'),
  INSTALLATION_UNKNOWN: sender('the directory has no such installation of the identity now'),
  USER_UNKNOWN: sender('the identity gave the service no scope'),
  USERS_FULL: { blame: 'operator', retry: 'later', text: 'the service takes no more users' },
  SCOPE_INVALID: sender('the scope is not as it must be'),
  SCOPE_UNSUPPORTED: { blame: 'operator', retry: 'never', text: 'the service does not take this scope' },
  SCOPE_OLD: sender('the scope is not newer than the one that is in force'),
  RECORD_UNKNOWN: sender('the conversation is none of the scope'),
  PDS_BEHIND: {
    blame: 'operator',
    retry: 'later',
    text: 'the service cannot say how it stands now, so it signs nothing',
  },
  CHECKPOINT_NONE: { blame: 'operator', retry: 'later', text: 'there is no checkpoint yet' },
  SEGMENT_OTHER: sender('the segment is not the one that it is said to be'),
  SEGMENT_UNKNOWN: sender('the user stored no such segment'),
  ARCHIVE_FULL: sender('the user has no room for the segment'),
  PDS_UNAVAILABLE: layer('the service gave no usable answer'),
  PDS_REFUSED: layer('the service refused'),
  PDS_ANSWER_INVALID: layer('an answer of the service is not what it must be'),
  PDS_WITHHELD: {
    blame: 'layer',
    retry: 'never',
    text: 'the service contradicts what it signed, or what the chain has',
  },
  STATEMENT_INVALID: sender('a statement is not of the form that it must have'),
  OPTION_OUT_OF_RANGE: operator('an option is outside its bounds'),
  RECORD_INVALID: operator('a record of what is stored cannot be read back'),
}

export class PdsError extends CodedError<PdsFault> {
  constructor(fault: PdsFault, options?: ErrorOptions) {
    super(fault, pdsFaults, options)
  }
}
