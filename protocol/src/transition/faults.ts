import { CodedError, type FaultTable } from '../faults.ts'

/** Why an operation or message is not valid in the state it meets. A refused operation changes nothing, nonces included. */
export type TransitionFault =
  | {
      code: 'FIELD_OUT_OF_RANGE'
      field: string
      value: bigint | number
      minimum: bigint | number
      maximum: bigint | number
    }
  | { code: 'ACCOUNT_UNKNOWN'; shard: number; account: number }
  | { code: 'CONVERSATION_UNKNOWN'; shard: number; conversation: number }
  | { code: 'MEMBER_UNKNOWN'; conversation: number; member: number; members: number }
  | { code: 'ROLE_MISSING'; member: number; needed: number; role: number }
  | { code: 'NONCE_MISMATCH'; expected: bigint; received: bigint }
  | { code: 'EPOCH_MISMATCH'; expected: bigint; received: bigint }
  | { code: 'PRICE_OVER_LIMIT'; price: bigint; limit: bigint }
  | { code: 'ALLOWANCE_TOO_LOW'; price: bigint; allowance: bigint }
  | { code: 'BALANCE_TOO_LOW'; needed: bigint; balance: bigint }
  | { code: 'SPONSOR_MISMATCH'; sponsor: number; account: number }
  | { code: 'NO_ADMIN'; members: number }
  | { code: 'ADMIN_LOST'; signer: number }
  | { code: 'SLOT_OCCUPIED'; slot: number }
  | { code: 'SLOT_BEYOND_END'; slot: number; members: number }
  | { code: 'SLOT_EMPTY'; slot: number }
  | { code: 'SHARD_FULL'; list: string; length: number; maximum: number }
  | { code: 'SIGNATURE_COUNT'; expected: number; received: number }
  | { code: 'SIGNATURE_INVALID'; index: number }
  | { code: 'COUNTER_EXHAUSTED'; field: string }

export const transitionFaults: FaultTable<TransitionFault> = {
  FIELD_OUT_OF_RANGE: { blame: 'sender', retry: 'changed', text: 'a field is outside its bounds' },
  ACCOUNT_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the shard has no such account' },
  CONVERSATION_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the shard has no such conversation' },
  MEMBER_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the conversation has no such member slot' },
  ROLE_MISSING: { blame: 'sender', retry: 'changed', text: 'the member may not do this' },
  NONCE_MISMATCH: { blame: 'sender', retry: 'changed', text: 'the nonce is not the next one' },
  EPOCH_MISMATCH: { blame: 'sender', retry: 'changed', text: 'the membership changed in between' },
  PRICE_OVER_LIMIT: { blame: 'sender', retry: 'later', text: 'the price is above the member’s limit' },
  ALLOWANCE_TOO_LOW: {
    blame: 'sender',
    retry: 'changed',
    text: 'the member’s allowance does not cover the price and what it gives away',
  },
  BALANCE_TOO_LOW: { blame: 'sender', retry: 'changed', text: 'the account’s balance does not cover the amount' },
  SPONSOR_MISMATCH: { blame: 'sender', retry: 'never', text: 'the member is sponsored by another account' },
  NO_ADMIN: { blame: 'sender', retry: 'changed', text: 'a conversation needs an admin' },
  ADMIN_LOST: { blame: 'sender', retry: 'changed', text: 'the signer must still be an admin afterwards' },
  SLOT_OCCUPIED: { blame: 'sender', retry: 'changed', text: 'the slot has a member' },
  SLOT_BEYOND_END: { blame: 'sender', retry: 'changed', text: 'the slot is beyond the next free one' },
  SLOT_EMPTY: { blame: 'sender', retry: 'changed', text: 'the slot has no member' },
  SHARD_FULL: { blame: 'sender', retry: 'never', text: 'a list of the state is full' },
  SIGNATURE_COUNT: { blame: 'sender', retry: 'changed', text: 'the operation takes another number of signatures' },
  SIGNATURE_INVALID: { blame: 'sender', retry: 'changed', text: 'a signature does not hold' },
  COUNTER_EXHAUSTED: { blame: 'sender', retry: 'never', text: 'a counter stands at its highest value' },
}

export class TransitionError extends CodedError<TransitionFault> {
  /** Which message of its segment is invalid, from 0; 0 for an operation. */
  readonly entry: number

  constructor(fault: TransitionFault, entry = 0) {
    super(fault, transitionFaults)
    this.entry = entry
  }
}
