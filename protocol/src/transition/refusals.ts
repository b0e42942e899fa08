import type { TransitionFault } from './faults.ts'

/** Numbers of refusals on the wire; 0 means accepted. Numbers are never reused. */
export const refusalNumbers = {
  FIELD_OUT_OF_RANGE: 1,
  ACCOUNT_UNKNOWN: 2,
  CONVERSATION_UNKNOWN: 3,
  MEMBER_UNKNOWN: 4,
  ROLE_MISSING: 5,
  NONCE_MISMATCH: 6,
  EPOCH_MISMATCH: 7,
  PRICE_OVER_LIMIT: 8,
  ALLOWANCE_TOO_LOW: 9,
  BALANCE_TOO_LOW: 10,
  SPONSOR_MISMATCH: 11,
  NO_ADMIN: 12,
  ADMIN_LOST: 13,
  SLOT_OCCUPIED: 14,
  SLOT_BEYOND_END: 15,
  SLOT_EMPTY: 16,
  SHARD_FULL: 17,
  SIGNATURE_COUNT: 18,
  SIGNATURE_INVALID: 19,
  COUNTER_EXHAUSTED: 20,
} as const satisfies { readonly [code in TransitionFault['code']]: number }

/** Field of the fault that a receipt of the refusal carries as its value; that of a refusal not named here is 0 and says nothing. */
export const refusalFields = {
  NONCE_MISMATCH: 'expected',
  EPOCH_MISMATCH: 'expected',
  PRICE_OVER_LIMIT: 'limit',
  ALLOWANCE_TOO_LOW: 'allowance',
  BALANCE_TOO_LOW: 'balance',
  SIGNATURE_COUNT: 'expected',
} as const satisfies {
  readonly [code in TransitionFault['code']]?: keyof Extract<TransitionFault, { code: code }>
}
export type RefusalField = (typeof refusalFields)[keyof typeof refusalFields]

/** The field of a refusal's value, if it has one. */
export function refusalField(code: TransitionFault['code']): RefusalField | undefined {
  return (refusalFields as { readonly [code in TransitionFault['code']]?: RefusalField })[code]
}
