import { CodedError, type FaultTable } from '@parley/protocol'

/** What a request can be answered with beside the faults of any server and of the transition. */
export type RequestFault =
  | { code: 'BLOCK_UNKNOWN'; number: bigint; first: bigint; head: bigint }
  | { code: 'REMOVAL_UNKNOWN'; removal: number; removals: number }
  | { code: 'OVERLOADED'; what: string; retryAfterMs: number }
  | { code: 'STOPPING'; retryAfterMs: number }

/** What makes the sequencer refuse to start or stop at once. */
export type FatalFault =
  | { code: 'OPTION_INVALID'; option: string; value: string; expected: string }
  | { code: 'CHAIN_MISMATCH'; field: string; expected: string; received: string }
  | { code: 'SIGNER_MISMATCH'; expected: Uint8Array; received: Uint8Array }
  | { code: 'RULES_UNKNOWN'; block: bigint; from: bigint; rules: number; known: number }
  | { code: 'KEY_ENDED'; block: bigint; from: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'LINEAGE_CHANGED'; expected: Uint8Array; received: Uint8Array; standing: bigint }
  | { code: 'LINEAGE_UNKNOWN'; knownBy: string; lineage: string; block: bigint; cure: string }
  | { code: 'REMOVAL_ROLLED_BACK'; removal: number; to: bigint }
  | { code: 'INBOX_ROLLED_BACK'; item: bigint; block: bigint; to: bigint }
  | { code: 'INBOX_GAP'; expected: bigint; received: bigint }
  | { code: 'CLAIM_CONTRADICTS'; block: bigint; expected: string; here: string }
  | { code: 'SECOND_HEADER'; block: bigint; stored: Uint8Array; refused: Uint8Array }
  | { code: 'COPY_OLDER'; knownBy: string; block: bigint; head: bigint; cure: string }
  | { code: 'COPY_OTHER'; knownBy: string; block: bigint; expected: string; here: string }
  | { code: 'HEADERS_UNKNOWN'; reason: string; unasked: readonly string[]; head: bigint; cure: string }
  | { code: 'SIGNATURE_WRONG'; block: bigint; signer: Uint8Array }
  | { code: 'STORE_CORRUPT'; what: string; number: bigint; reason: string }
  | { code: 'JOURNAL_INVALID'; position: bigint; reason: string }
  | { code: 'RECOVERY_DIFFERS'; block: bigint; stored: Uint8Array; rebuilt: Uint8Array }
  | { code: 'LANES_FAILED'; reason: string }
  | { code: 'VIRTUAL_BLOCK_FULL'; block: bigint; offers: number }

export type SequencerFault = RequestFault | FatalFault

const later = (text: string) => ({ blame: 'operator', retry: 'later', text }) as const
const operator = (text: string) => ({ blame: 'operator', retry: 'never', text }) as const

export const sequencerFaults: FaultTable<SequencerFault> = {
  BLOCK_UNKNOWN: { blame: 'sender', retry: 'later', text: 'the block is not sealed yet or no longer kept' },
  REMOVAL_UNKNOWN: { blame: 'sender', retry: 'later', text: 'claims were not removed so many times' },
  OVERLOADED: { blame: 'operator', retry: 'later', text: 'there is no room now; nothing of the request was taken' },
  STOPPING: later('the sequencer is stopping; what became of the request is not known'),
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
  CHAIN_MISMATCH: operator('the stored chain belongs to another deployment'),
  SIGNER_MISMATCH: {
    blame: 'operator',
    retry: 'changed',
    text: 'the key is not the one whose headers count on the L2',
  },
  RULES_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'the next block is under rules that this version does not know: install a newer one',
  },
  KEY_ENDED: {
    blame: 'operator',
    retry: 'changed',
    text: 'the next block is for another key to sign: start with that key',
  },
  LINEAGE_CHANGED: {
    blame: 'layer',
    retry: 'later',
    text: 'claims were removed: start again, to go on after the last block left standing',
  },
  LINEAGE_UNKNOWN: operator('a header of a lineage is signed that the L2 has not reported'),
  REMOVAL_ROLLED_BACK: operator('the L2 took back a removal of claims that was acted on'),
  INBOX_ROLLED_BACK: operator('the L2 took back an inbox item that was consumed'),
  INBOX_GAP: { blame: 'layer', retry: 'later', text: 'the L2 reported inbox items out of order' },
  CLAIM_CONTRADICTS: operator('a claim on the L2 is not about the blocks sealed here'),
  SECOND_HEADER: { blame: 'defect', retry: 'never', text: 'another header of this lineage and number is signed' },
  COPY_OLDER: operator('a later header than the last one here is signed: this data directory is an older copy'),
  COPY_OTHER: operator('another header is signed than the one here: this data directory is another copy'),
  HEADERS_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'it cannot be shown that every signed header is known here',
  },
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

/** That the data directory ends before a header that is signed. @param knownBy - Where that header stands. */
export function olderCopy(knownBy: string, block: bigint, head: bigint): SequencerError {
  const cure =
    head === 0n
      ? 'this data directory has no blocks: start over the one that the chain was sealed in'
      : 'this data directory is an older copy: start over the newest one; a file copy is no backup'
  return new SequencerError({ code: 'COPY_OLDER', knownBy, block, head, cure })
}
