import { CodedError, type FaultTable } from '../faults.ts'

/** Faults of every DA layer; adapters throw no others. */
export type DaFault =
  | { code: 'DA_TOO_LARGE'; bytes: number; maxBytes: number }
  | { code: 'DA_EMPTY' }
  | { code: 'DA_REFUSED'; layer: string; reason: string }
  /** `retryAfterMs`: what the layer asked for, where it did. */
  | { code: 'DA_UNAVAILABLE'; layer: string; reason: string; retryAfterMs?: number }
  /** `field`: which price in wei or utia a gas, or `maxCost` in the smallest unit; what is under way waits. */
  | { code: 'DA_FEE_CAPPED'; layer: string; field: string; asked: bigint; limit: bigint }
  /** The layer itself says: publish elsewhere for now. */
  | { code: 'DA_FALL_BACK'; layer: string; reason: string }
  | { code: 'DA_NOT_YET'; layer: string; pointer: Uint8Array; reason: string }
  | { code: 'DA_PRUNED'; layer: string; pointer: Uint8Array; reason: string }
  | { code: 'DA_MISSING'; layer: string; pointer: Uint8Array }
  | { code: 'DA_ABSENT'; layer: string; pointer: Uint8Array }
  | { code: 'DA_CORRUPT'; layer: string; pointer: Uint8Array; reason: string }
  | { code: 'DA_POINTER_INVALID'; layer: string; pointer: Uint8Array; reason: string }

export const daFaults: FaultTable<DaFault> = {
  DA_TOO_LARGE: { blame: 'operator', retry: 'never', text: 'the data is larger than the layer takes' },
  DA_EMPTY: { blame: 'operator', retry: 'never', text: 'there is nothing to publish' },
  DA_REFUSED: {
    blame: 'operator',
    retry: 'changed',
    text: 'the layer does not publish for this operator: no authority, no funds, or not configured to',
  },
  DA_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the layer cannot do this now' },
  DA_FEE_CAPPED: { blame: 'layer', retry: 'later', text: 'the layer asks for more than the configured limit' },
  DA_FALL_BACK: { blame: 'layer', retry: 'later', text: 'the layer asks that another one be used for now' },
  DA_NOT_YET: { blame: 'layer', retry: 'later', text: 'whoever serves the data has not come so far yet' },
  DA_PRUNED: { blame: 'layer', retry: 'changed', text: 'the layer keeps the data no more; an archive may have it' },
  DA_MISSING: { blame: 'layer', retry: 'later', text: 'the layer does not have the data now' },
  DA_ABSENT: {
    blame: 'operator',
    retry: 'later',
    text: 'the layer proves that the data is not where the pointer says; only a challenge on the L2 decides by that',
  },
  DA_CORRUPT: { blame: 'layer', retry: 'later', text: 'what the layer served is not what the pointer names' },
  DA_POINTER_INVALID: { blame: 'operator', retry: 'never', text: 'the pointer is not one of this layer' },
}

export class DaError extends CodedError<DaFault> {
  constructor(fault: DaFault, options?: ErrorOptions) {
    super(fault, daFaults, options)
  }
}
