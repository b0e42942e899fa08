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
  OPTION_OUT_OF_RANGE: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class GatewayError extends CodedError<GatewayFault> {
  constructor(fault: GatewayFault, options?: ErrorOptions) {
    super(fault, gatewayFaults, options)
  }
}
