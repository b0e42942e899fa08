import { CodedError, type FaultTable } from '@parley/protocol'

/** What a request can be answered with beside the faults of the transition. */
export type RequestFault =
  | { code: 'REQUEST_MALFORMED'; reason: string }
  | { code: 'REQUEST_TIMEOUT' }
  | { code: 'ROUTE_UNKNOWN'; method: string; path: string }
  | { code: 'CONTENT_TYPE'; received: string; expected: readonly string[] }
  | { code: 'BODY_SIZE'; bytes: number; minimum: number; maximum: number; multipleOf: number }
  | { code: 'BODY_MALFORMED'; reason: string }
  | { code: 'FIELD_INVALID'; field: string; expected: string }
  | { code: 'FIELD_UNKNOWN'; field: string }
  | { code: 'BLOCK_UNKNOWN'; number: bigint; first: bigint; head: bigint }
  | { code: 'OVERLOADED'; what: string; retryAfterMs: number }
  | { code: 'QUOTA_EXCEEDED'; retryAfterMs: number }
  | { code: 'CONNECTIONS_EXCEEDED'; maximum: number; retryAfterMs: number }
  | { code: 'NOT_READY'; because: string; retryAfterMs: number }
  | { code: 'STOPPING'; retryAfterMs: number }
  | { code: 'INTERNAL' }

/** What makes the sequencer refuse to start or stop at once. */
export type FatalFault =
  | { code: 'OPTION_INVALID'; option: string; value: string; expected: string }
  | { code: 'CHAIN_MISMATCH'; field: string; expected: string; received: string }
  | { code: 'SIGNER_MISMATCH'; expected: Uint8Array; received: Uint8Array }
  | { code: 'LINEAGE_CHANGED'; expected: Uint8Array; received: Uint8Array }
  | { code: 'INBOX_ROLLED_BACK'; item: bigint; block: bigint; to: bigint }
  | { code: 'INBOX_GAP'; expected: bigint; received: bigint }
  | { code: 'CLAIM_CONTRADICTS'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'SECOND_HEADER'; block: bigint; stored: Uint8Array; refused: Uint8Array }
  | { code: 'SIGNATURE_WRONG'; block: bigint; signer: Uint8Array }
  | { code: 'STORE_CORRUPT'; what: string; number: bigint; reason: string }
  | { code: 'JOURNAL_INVALID'; position: bigint; reason: string }
  | { code: 'RECOVERY_DIFFERS'; block: bigint; stored: Uint8Array; rebuilt: Uint8Array }
  | { code: 'LANES_FAILED'; reason: string }
  | { code: 'VIRTUAL_BLOCK_FULL'; block: bigint; offers: number }

export type SequencerFault = RequestFault | FatalFault

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const
const later = (text: string) => ({ blame: 'operator', retry: 'later', text }) as const
const operator = (text: string) => ({ blame: 'operator', retry: 'never', text }) as const

export const sequencerFaults: FaultTable<SequencerFault> = {
  REQUEST_MALFORMED: sender('the request is not HTTP as it should be'),
  REQUEST_TIMEOUT: { blame: 'sender', retry: 'later', text: 'the request took too long to arrive' },
  ROUTE_UNKNOWN: sender('there is no such route'),
  CONTENT_TYPE: sender('the route does not take this content type'),
  BODY_SIZE: sender('the body is not as long as it must be'),
  BODY_MALFORMED: sender('the body does not decode'),
  FIELD_INVALID: sender('a field is not what it must be'),
  FIELD_UNKNOWN: sender('a field is not known'),
  BLOCK_UNKNOWN: { blame: 'sender', retry: 'later', text: 'the block is not sealed yet or no longer kept' },
  OVERLOADED: { blame: 'operator', retry: 'later', text: 'there is no room now; nothing of the request was taken' },
  QUOTA_EXCEEDED: { blame: 'sender', retry: 'later', text: 'the quota is used up; nothing of the request was taken' },
  CONNECTIONS_EXCEEDED: later('too many connections are open'),
  NOT_READY: later('messages are not taken now'),
  STOPPING: later('the sequencer is stopping; what became of the request is not known'),
  INTERNAL: { blame: 'defect', retry: 'later', text: 'the request met a defect of the sequencer' },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
  CHAIN_MISMATCH: operator('the stored chain belongs to another deployment'),
  SIGNER_MISMATCH: {
    blame: 'operator',
    retry: 'changed',
    text: 'the key is not the one whose headers count on the L2',
  },
  LINEAGE_CHANGED: operator('the L2 is in another lineage than the sealed blocks'),
  INBOX_ROLLED_BACK: operator('the L2 took back an inbox item that was consumed'),
  INBOX_GAP: { blame: 'layer', retry: 'later', text: 'the L2 told inbox items out of order' },
  CLAIM_CONTRADICTS: operator('a claim on the L2 is not about the blocks sealed here'),
  SECOND_HEADER: { blame: 'defect', retry: 'never', text: 'another header of this lineage and number is signed' },
  SIGNATURE_WRONG: operator('the signer returned a signature that is not its own'),
  STORE_CORRUPT: operator('the store does not hold what was written to it'),
  JOURNAL_INVALID: operator('the journal holds a record that cannot follow the one before it'),
  RECOVERY_DIFFERS: { blame: 'defect', retry: 'never', text: 'replaying the journal does not give the sealed block' },
  LANES_FAILED: { blame: 'defect', retry: 'later', text: 'the lanes stopped' },
  VIRTUAL_BLOCK_FULL: { blame: 'operator', retry: 'changed', text: 'a block was full before its offers had come' },
}

/** Faults of the sequencer; those of the transition and of the journal keep their own classes. */
export class SequencerError extends CodedError<SequencerFault> {
  constructor(fault: SequencerFault, options?: ErrorOptions) {
    super(fault, sequencerFaults, options)
  }
}
