import { CodedError, type FaultTable } from '../faults.ts'

export type SettlementFault =
  | { code: 'SETTLEMENT_UNAVAILABLE'; reason: string }
  | { code: 'L2_BEHIND'; head: bigint; read: bigint }
  | { code: 'CONTRACT_MISSING'; address: Uint8Array }
  | { code: 'CLAIM_CONFLICT'; number: bigint; standing: Uint8Array }
  | { code: 'CLAIM_REFUSED'; number: bigint; reason: string }
  | { code: 'CLAIMER_UNKNOWN'; address: Uint8Array }
  | { code: 'QUOTER_UNKNOWN'; address: Uint8Array }
  | { code: 'QUOTES_UNWANTED'; inbox: Uint8Array }
  | { code: 'BOND_MISSING'; address: Uint8Array; bond: bigint; required: bigint }
  | { code: 'DEPLOYMENT_UNKNOWN'; address: Uint8Array; reason: string }
  | { code: 'EVENT_INVALID'; reason: string }
  | { code: 'L1_BLOCK_MISSING'; address: Uint8Array; reason: string }
  | { code: 'RECORD_INVALID'; key: string; reason: string }
  | { code: 'OPTION_INVALID'; field: string; reason: string }

export const settlementFaults: FaultTable<SettlementFault> = {
  SETTLEMENT_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the L2 does not answer' },
  L2_BEHIND: {
    blame: 'layer',
    retry: 'later',
    text: 'the L2 ends below a block that was read before: its node lags, or it follows another chain',
  },
  CONTRACT_MISSING: {
    blame: 'operator',
    retry: 'later',
    text: 'no contract at this address: the L2 is another chain, or has not come to the deployment',
  },
  CLAIM_CONFLICT: { blame: 'operator', retry: 'never', text: 'another claim stands under this number' },
  CLAIM_REFUSED: { blame: 'operator', retry: 'changed', text: 'the contract refused the claim' },
  CLAIMER_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'this account may not claim; the operator names claimers',
  },
  QUOTER_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'this account may not quote the prices of data: it is neither the operator nor the operator’s agent',
  },
  QUOTES_UNWANTED: {
    blame: 'operator',
    retry: 'changed',
    text: 'the prices of data follow Ethereum’s blobs here and take no quotes: leave the key for quotes out',
  },
  BOND_MISSING: {
    blame: 'operator',
    retry: 'changed',
    text: 'the bond that answers for the sequencer’s key is not full; anybody may fill it with depositBondFor',
  },
  DEPLOYMENT_UNKNOWN: { blame: 'operator', retry: 'changed', text: 'no Parley deployment stands at this address' },
  EVENT_INVALID: { blame: 'layer', retry: 'later', text: 'the L2 reported an event that is none of the contracts’' },
  L1_BLOCK_MISSING: {
    blame: 'operator',
    retry: 'changed',
    text: 'the L2 does not have the prices of its L1, as OP Stack chains do: set batcher.pushPrices to false',
  },
  RECORD_INVALID: {
    blame: 'operator',
    retry: 'changed',
    text: 'what was stored of reading the L2 cannot be read back',
  },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class SettlementError extends CodedError<SettlementFault> {
  constructor(fault: SettlementFault, options?: ErrorOptions) {
    super(fault, settlementFaults, options)
  }
}
