import { type CodecFault, CodedError, type FaultTable } from '@parley/protocol'

export type DaNodeFault =
  /** Answers to requests. */
  | { code: 'AUTHORITY_INVALID'; reason: string }
  | { code: 'AUTHORITY_UNKNOWN'; address: Uint8Array }
  /** `current` is left out when no epoch runs. */
  | { code: 'EPOCH_OTHER'; asked: number; current?: number }
  | { code: 'COMMITTEE_WITHOUT'; address: Uint8Array; epoch: number }
  | { code: 'CLAIMER_QUOTA'; what: string; bytes: number; maximum: number; retryAfterMs: number }
  | { code: 'DISK_FULL'; bytes: number; free: number }
  | { code: 'PART_OTHER'; received: Uint8Array; bytes: number }
  | { code: 'PART_MALFORMED'; core: CodecFault; witness: string }
  | { code: 'PART_LENGTH_OTHER'; chunkRoot: Uint8Array; bytes: number; stored: number }
  | { code: 'PART_NOT_STORED'; chunkRoot: Uint8Array }
  | { code: 'PART_UNKNOWN'; chunkRoot: Uint8Array }
  | { code: 'PART_EXPIRED'; chunkRoot: Uint8Array; expiresAt: bigint }
  | { code: 'PART_LOST'; chunkRoot: Uint8Array }
  | { code: 'RANGE_UNSATISFIABLE'; bytes: number }
  /** What is stored does not add up. */
  | { code: 'RECORD_INVALID'; record: string; reason: string }
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const

export const daNodeFaults: FaultTable<DaNodeFault> = {
  AUTHORITY_INVALID: sender('the request carries no authority that counts'),
  AUTHORITY_UNKNOWN: sender('whoever signed the authority may not claim'),
  EPOCH_OTHER: sender('the epoch is not the one that runs'),
  COMMITTEE_WITHOUT: { blame: 'operator', retry: 'changed', text: 'this member is not of the committee that runs' },
  CLAIMER_QUOTA: { blame: 'sender', retry: 'later', text: 'the claimer has used up what it may store' },
  DISK_FULL: { blame: 'operator', retry: 'later', text: 'the member has no room for the part' },
  PART_OTHER: sender('what was sent is none of the parts that the authority names'),
  PART_MALFORMED: sender('what was sent is no part of a batch'),
  PART_LENGTH_OTHER: sender(
    'a part of another length with the same chunk root is stored: one of them ends in more zeros',
  ),
  PART_NOT_STORED: sender('the member does not have the part for so long'),
  PART_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the member never had the part' },
  PART_EXPIRED: {
    blame: 'sender',
    retry: 'never',
    text: 'the member kept the part for as long as it was to, and not longer',
  },
  PART_LOST: {
    blame: 'operator',
    retry: 'later',
    text: 'the member was to keep the part, and its disk does not have it',
  },
  RANGE_UNSATISFIABLE: sender('the part ends before the range begins'),
  RECORD_INVALID: { blame: 'operator', retry: 'changed', text: 'a record of what is stored cannot be read back' },
  OPTION_OUT_OF_RANGE: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class DaNodeError extends CodedError<DaNodeFault> {
  constructor(fault: DaNodeFault, options?: ErrorOptions) {
    super(fault, daNodeFaults, options)
  }
}
