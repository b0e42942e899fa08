import { CodedError, type FaultTable } from '../faults.ts'

export type SettlementFault =
  | { code: 'SETTLEMENT_UNAVAILABLE'; reason: string }
  | { code: 'CLAIM_CONFLICT'; number: bigint; standing: Uint8Array }
  | { code: 'CLAIM_REFUSED'; number: bigint; reason: string }
  | { code: 'CLAIMER_UNKNOWN'; address: Uint8Array }
  | { code: 'TRANSACTION_FAILED'; hash: Uint8Array; reason: string }
  | { code: 'DEPLOYMENT_UNKNOWN'; address: Uint8Array; reason: string }
  | { code: 'EVENT_INVALID'; reason: string }
  | { code: 'TRANSACTION_REFUSED'; reason: string }
  | { code: 'NONCE_TAKEN'; address: Uint8Array; nonce: number }
  | { code: 'FEES_TOO_HIGH'; maxFeePerGas: bigint; limit: bigint }
  | { code: 'SENDER_FULL'; waiting: number; limit: number }
  | { code: 'RECORD_INVALID'; key: string; reason: string }
  | { code: 'OPTION_INVALID'; field: string; reason: string }

export const settlementFaults: FaultTable<SettlementFault> = {
  SETTLEMENT_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the L2 does not answer' },
  CLAIM_CONFLICT: { blame: 'operator', retry: 'never', text: 'another claim stands under this number' },
  CLAIM_REFUSED: { blame: 'operator', retry: 'changed', text: 'the contract refused the claim' },
  CLAIMER_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'this account may not claim; the operator names claimers',
  },
  TRANSACTION_FAILED: { blame: 'operator', retry: 'changed', text: 'the transaction was included and failed' },
  DEPLOYMENT_UNKNOWN: { blame: 'operator', retry: 'changed', text: 'no Parley deployment stands at this address' },
  EVENT_INVALID: { blame: 'layer', retry: 'later', text: 'the L2 told an event that is none of the contracts’' },
  TRANSACTION_REFUSED: { blame: 'operator', retry: 'changed', text: 'the L2 does not take the transaction' },
  NONCE_TAKEN: { blame: 'operator', retry: 'changed', text: 'something else sends from this account' },
  FEES_TOO_HIGH: { blame: 'layer', retry: 'later', text: 'the L2 asks for more than the configured limit' },
  SENDER_FULL: { blame: 'sender', retry: 'later', text: 'too many transactions wait to be sent' },
  RECORD_INVALID: { blame: 'operator', retry: 'changed', text: 'a stored transaction cannot be read back' },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class SettlementError extends CodedError<SettlementFault> {
  constructor(fault: SettlementFault, options?: ErrorOptions) {
    super(fault, settlementFaults, options)
  }
}
