import type { RefusalDetails } from '@parley/client'
import { CodedError, type FaultTable } from '@parley/protocol'

/** Why a gateway does not do what it was asked. */
export type GatewayFault =
  /** Answers to requests. */
  | { code: 'ALLOWANCE_EMPTY'; of: string; window: string; units: number; maximum: number; retryAfterMs: number }
  | { code: 'AUTHORIZATION_EXPIRED'; deadline: bigint; earliest: bigint }
  | { code: 'CALL_REFUSED'; by: string; reason: string }
  | { code: 'RELAYER_OTHER'; expected: Uint8Array; received: Uint8Array }
  | { code: 'FEE_TOO_HIGH'; maxFee: bigint; maximum: bigint }
  | { code: 'GATEWAY_BUSY'; reason: string; retryAfterMs: number }
  | { code: 'L2_AWAY'; reason: string; retryAfterMs: number }
  | { code: 'NOT_SERVED'; what: string }
  | { code: 'SHARD_UNSERVED'; shard: number }
  | { code: 'RESERVATION_UNKNOWN'; reservation: Uint8Array }
  | { code: 'ALLOWANCE_TOO_HIGH'; allowance: bigint; maximum: bigint }
  | ({ code: 'OPERATION_REFUSED' } & RefusalDetails)
  | { code: 'TOKENS_OTHER'; expected: number; received: number }
  | { code: 'TOKEN_INVALID'; token: number; reason: string }
  | { code: 'TOKEN_SPENT'; token: number }
  | { code: 'TOKEN_REQUEST_INVALID'; request: number; reason: string }
  | { code: 'PROOF_INVALID'; reason: string }
  | { code: 'PROOF_UNKNOWN'; kind: string; known: readonly string[] }
  /** What an operator configured. */
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }

const sender = (text: string) => ({ blame: 'sender', retry: 'changed', text }) as const
const later = (text: string) => ({ blame: 'operator', retry: 'later', text }) as const

export const gatewayFaults: FaultTable<GatewayFault> = {
  ALLOWANCE_EMPTY: {
    blame: 'sender',
    retry: 'later',
    text: 'the allowance is used up; nothing of the request was done',
  },
  AUTHORIZATION_EXPIRED: sender('the signature does not count for long enough'),
  CALL_REFUSED: sender('the contract would refuse it now'),
  RELAYER_OTHER: sender('the invite names another relayer'),
  FEE_TOO_HIGH: sender('the gateway does not pay as much for one invite'),
  GATEWAY_BUSY: later('the gateway can send no more now; nothing of the request was done'),
  L2_AWAY: {
    blame: 'layer',
    retry: 'later',
    text: 'the L2 does not answer the gateway; nothing of the request was done',
  },
  NOT_SERVED: { blame: 'operator', retry: 'never', text: 'the gateway does not do this' },
  SHARD_UNSERVED: { blame: 'operator', retry: 'never', text: 'the gateway has no account in this shard' },
  RESERVATION_UNKNOWN: sender('the account is reserved no more, or never was'),
  ALLOWANCE_TOO_HIGH: sender('the gateway does not give the members of one conversation as much'),
  OPERATION_REFUSED: sender('the L3 refused the operation'),
  TOKENS_OTHER: sender('the request is paid by as many tokens as it takes units'),
  TOKEN_INVALID: sender('a token does not count here'),
  TOKEN_SPENT: sender('a token was spent before'),
  TOKEN_REQUEST_INVALID: sender('what is to be signed is no request for a token of the key that signs now'),
  PROOF_INVALID: sender('the proof does not show what it is to show'),
  PROOF_UNKNOWN: sender('the gateway does not take this kind of proof'),
  OPTION_OUT_OF_RANGE: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class GatewayError extends CodedError<GatewayFault> {
  constructor(fault: GatewayFault, options?: ErrorOptions) {
    super(fault, gatewayFaults, options)
  }
}
