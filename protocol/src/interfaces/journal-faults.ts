import { CodedError, type FaultTable } from '../faults.ts'

/** Faults of every journal; implementations throw no others. */
export type JournalFault =
  | { code: 'JOURNAL_RECORD_SIZE'; bytes: number; minimum: number; maximum: number }
  | { code: 'JOURNAL_EMPTY_APPEND' }
  | { code: 'JOURNAL_FULL'; pendingBytes: number; maximum: number }
  | { code: 'JOURNAL_POSITION'; position: bigint; first: bigint; next: bigint }
  | { code: 'JOURNAL_GAP'; expected: bigint; found: bigint }
  | { code: 'JOURNAL_CORRUPT'; position: bigint; reason: string }
  | { code: 'JOURNAL_BROKEN'; reason: string }
  | { code: 'JOURNAL_CLOSED' }
  | { code: 'JOURNAL_DISPLACED'; term: bigint; leader: string }
  | { code: 'JOURNAL_NAME_TAKEN'; replica: string; term: bigint }
  | { code: 'JOURNAL_KIND_CHANGED'; from: string; to: string; reason: string }
  | { code: 'JOURNAL_FORKED'; sequence: bigint; reason: string }
  | { code: 'JOURNAL_UNREACHABLE'; reason: string }
  | { code: 'JOURNAL_UNSUITABLE'; field: string; found: string; needed: string }

export const journalFaults: FaultTable<JournalFault> = {
  JOURNAL_RECORD_SIZE: { blame: 'defect', retry: 'never', text: 'a record is empty or larger than a journal takes' },
  JOURNAL_EMPTY_APPEND: { blame: 'defect', retry: 'never', text: 'there is no record to append' },
  JOURNAL_FULL: { blame: 'operator', retry: 'later', text: 'too much waits to be written' },
  JOURNAL_POSITION: { blame: 'defect', retry: 'never', text: 'the journal does not hold this position' },
  JOURNAL_GAP: { blame: 'operator', retry: 'never', text: 'a record is missing: the storage lost it' },
  JOURNAL_CORRUPT: { blame: 'operator', retry: 'never', text: 'a record is not what was written' },
  JOURNAL_BROKEN: { blame: 'operator', retry: 'never', text: 'writing failed: nothing more can be promised' },
  JOURNAL_CLOSED: { blame: 'defect', retry: 'never', text: 'the journal was closed' },
  JOURNAL_DISPLACED: { blame: 'operator', retry: 'later', text: 'another replica leads' },
  JOURNAL_NAME_TAKEN: {
    blame: 'operator',
    retry: 'never',
    text: 'another replica of the same name leads: two of one name displace each other for ever',
  },
  JOURNAL_KIND_CHANGED: {
    blame: 'operator',
    retry: 'never',
    text: 'the records here are those of another kind of journal',
  },
  JOURNAL_FORKED: {
    blame: 'operator',
    retry: 'never',
    text: 'the shared journal is not the one that this replica knows: nothing may be signed',
  },
  JOURNAL_UNREACHABLE: { blame: 'operator', retry: 'later', text: 'no server of the shared journal answers' },
  JOURNAL_UNSUITABLE: { blame: 'operator', retry: 'never', text: 'the shared journal is not kept as it must be' },
}

export class JournalError extends CodedError<JournalFault> {
  constructor(fault: JournalFault, options?: ErrorOptions) {
    super(fault, journalFaults, options)
  }
}
