import { CodedError, type FaultTable } from '@parley/protocol'

/** Why a relay cannot go on, or does not have what it is asked for. */
export type RelayFault =
  | { code: 'OPTION_INVALID'; option: string; value: string; expected: string }
  | { code: 'STORE_CORRUPT'; what: string; number: bigint; reason: string }
  | { code: 'BLOCK_UNLINKED'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'INBOX_DIFFERS'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'L2_ROLLED_BACK'; l2Block: bigint }
  | { code: 'BLOCK_UNKNOWN'; first: bigint; head: bigint }

export const relayFaults: FaultTable<RelayFault> = {
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is not what it must be' },
  STORE_CORRUPT: { blame: 'operator', retry: 'never', text: 'what is stored is not what was written' },
  BLOCK_UNLINKED: {
    blame: 'layer',
    retry: 'later',
    text: 'a block does not follow the last one stored, and no removal of claims explains it',
  },
  INBOX_DIFFERS: { blame: 'layer', retry: 'later', text: 'a block consumed other inbox items than the L2 has' },
  L2_ROLLED_BACK: { blame: 'layer', retry: 'later', text: 'the L2 took back blocks that were safe: start again' },
  BLOCK_UNKNOWN: { blame: 'sender', retry: 'later', text: 'the block is not kept here, or not sealed yet' },
}

export class RelayError extends CodedError<RelayFault> {
  constructor(fault: RelayFault, options?: ErrorOptions) {
    super(fault, relayFaults, options)
  }
}
