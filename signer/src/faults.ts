import { CodedError, type FaultTable } from '@parley/protocol'

/** Why a header is not signed, or the signer does not start. */
export type SignerFault =
  | { code: 'SECOND_HEADER'; lineage: Uint8Array; number: bigint; signed: Uint8Array; refused: Uint8Array }
  | { code: 'NUMBER_PASSED'; lineage: Uint8Array; number: bigint; highest: bigint }
  | { code: 'LINEAGE_UNKNOWN'; lineage: Uint8Array; because: string }
  | { code: 'LINEAGE_CLOSED'; lineage: Uint8Array; l2Block: bigint }
  | { code: 'LINEAGE_FORBIDDEN'; lineage: Uint8Array; allowed: Uint8Array }
  | { code: 'RATE_EXCEEDED'; perSecond: number; retryAfterMs: number }
  | { code: 'CHAIN_OTHER'; field: 'chainId' | 'inbox'; expected: string; received: string }
  | { code: 'OPTION_INVALID'; option: string; value: string; expected: string }
  | { code: 'RECORD_MISSING'; cure: string }
  | { code: 'RECORD_OTHER'; field: 'address' | 'deployment'; expected: Uint8Array; received: Uint8Array }
  | { code: 'RECORD_CORRUPT'; what: string }
  | { code: 'RECORD_BEHIND'; lineage: Uint8Array; recorded: bigint; claimed: bigint; cure: string }
  | { code: 'RECORD_FAILED'; reason: string }
  | { code: 'SIGNER_UNREACHABLE'; server: string; reason: string }
  | { code: 'SIGNER_REFUSED'; server: string; answer: string; reason: string }
  | { code: 'SIGNER_ANSWER_INVALID'; server: string; reason: string }

const operator = (text: string) => ({ blame: 'operator', retry: 'changed', text }) as const
const never = (text: string) => ({ blame: 'operator', retry: 'never', text }) as const

export const signerFaults: FaultTable<SignerFault> = {
  SECOND_HEADER: never('another header of this lineage and number is signed: this one never will be'),
  NUMBER_PASSED: never('the number is not above the highest of its lineage, and nothing is recorded for it'),
  LINEAGE_UNKNOWN: {
    blame: 'layer',
    retry: 'later',
    text: 'the signer has not read of this lineage on the L2',
  },
  LINEAGE_CLOSED: never('a reorganisation of the L2 took this lineage back: nothing is signed in it any more'),
  LINEAGE_FORBIDDEN: operator('the signer may sign in another lineage only'),
  RATE_EXCEEDED: { blame: 'operator', retry: 'later', text: 'more headers are asked for than the signer may sign' },
  CHAIN_OTHER: operator('the header is of another deployment than the signer’s'),
  OPTION_INVALID: operator('an option is outside its bounds'),
  RECORD_MISSING: operator('the signer has no record of what its key has signed'),
  RECORD_OTHER: never('the record is of another key or deployment'),
  RECORD_CORRUPT: never('the record does not hold what was written to it'),
  RECORD_BEHIND: never('a header of this key is claimed that is above all that is recorded: the record is an old copy'),
  RECORD_FAILED: operator('the record cannot be written, so that nothing more is signed'),
  SIGNER_UNREACHABLE: { blame: 'operator', retry: 'later', text: 'the signer does not answer' },
  SIGNER_REFUSED: never('the signer does not sign this header'),
  SIGNER_ANSWER_INVALID: operator('the signer’s answer is not what it should be'),
}

export class SignerError extends CodedError<SignerFault> {
  constructor(fault: SignerFault, options?: ErrorOptions) {
    super(fault, signerFaults, options)
  }
}
