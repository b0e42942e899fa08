import { CodedError, type FaultTable } from '@parley/protocol'

export type TransactionFault =
  | { code: 'CHAIN_UNAVAILABLE'; reason: string }
  | { code: 'CHAIN_BEHIND'; counted: number; sent: number }
  | { code: 'TRANSACTION_REFUSED'; reason: string }
  | { code: 'TRANSACTION_FAILED'; hash: Uint8Array; reason: string }
  | { code: 'NONCE_TAKEN'; address: Uint8Array; nonce: number }
  /** `costWei`: what was paid to use its nonce up, so far. */
  | { code: 'TRANSACTION_ABANDONED'; key: string; costWei: bigint }
  | { code: 'FEES_TOO_HIGH'; maxFeePerGas: bigint; limit: bigint }
  | { code: 'FUNDS_MISSING'; address: Uint8Array; balance: bigint; least: bigint }
  | { code: 'SENDER_FULL'; waiting: number; limit: number }
  | { code: 'RECORD_INVALID'; key: string; reason: string }
  | { code: 'OPTION_INVALID'; field: string; reason: string }

export const transactionFaults: FaultTable<TransactionFault> = {
  CHAIN_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the chain does not answer' },
  CHAIN_BEHIND: {
    blame: 'layer',
    retry: 'later',
    text: 'the node counts fewer transactions of the account than were sent: it lags, or follows another chain',
  },
  TRANSACTION_REFUSED: { blame: 'operator', retry: 'changed', text: 'the chain does not take the transaction' },
  TRANSACTION_FAILED: { blame: 'operator', retry: 'changed', text: 'the transaction was included and failed' },
  NONCE_TAKEN: { blame: 'operator', retry: 'changed', text: 'something else sends from this account' },
  TRANSACTION_ABANDONED: {
    blame: 'sender',
    retry: 'later',
    text: 'the transaction was given up: once its nonce is used up it may be asked for again',
  },
  FEES_TOO_HIGH: { blame: 'layer', retry: 'later', text: 'the chain asks for more than the configured limit' },
  FUNDS_MISSING: {
    blame: 'operator',
    retry: 'later',
    text: 'the account has not enough ether on the chain to pay for the transaction: send it some',
  },
  SENDER_FULL: { blame: 'sender', retry: 'later', text: 'too many transactions wait to be sent' },
  RECORD_INVALID: { blame: 'operator', retry: 'changed', text: 'a stored transaction cannot be read back' },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class TransactionError extends CodedError<TransactionFault> {
  constructor(fault: TransactionFault, options?: ErrorOptions) {
    super(fault, transactionFaults, options)
  }
}

/** @param costWei - What was paid to use its nonce up. */
export function abandoned(key: string, costWei: bigint): TransactionError {
  return new TransactionError({ code: 'TRANSACTION_ABANDONED', key, costWei })
}
